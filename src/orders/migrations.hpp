#pragma once

#include <soci/soci.h>

// The schema, in numbered steps. A step that was released is never changed; a new one is added.

namespace onsale::orders {

/// Brings the schema up to date, each step in a transaction of its own. Only for the writer that
/// has the lock. Throws soci::soci_error, also if the schema is of a newer onsale.
void migrate(soci::session& sql);

/// Throws soci::soci_error if the schema is another one than `migrate` makes.
void check_schema(soci::session& sql);

}  // namespace onsale::orders
