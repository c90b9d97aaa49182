#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Every bound of the project: why it is what it is, and what a buyer sees beyond it.

namespace onsale::limits {

using namespace std::chrono_literals;

// --- Names ------------------------------------------------------------------------------------

/// Longest sale id. Beyond it: 400 `bad_sale`.
inline constexpr std::size_t sale_id = 64;
/// Longest buyer and longest idempotency key. Beyond it: 400 `bad_buyer`, `bad_key`.
inline constexpr std::size_t buyer = 128;
/// Hex digits that name a reservation within its sale: 128 bits, so that ids never meet.
inline constexpr std::size_t id_digits = 32;
/// Longest payment id: it is kept in the record. Beyond it: 400 `bad_payment`.
inline constexpr std::size_t payment_id = 64;

// --- Tickets ----------------------------------------------------------------------------------

/// Most tickets of one reservation: a group, not a reseller. Beyond it: 400 `bad_quantity`.
inline constexpr std::uint32_t quantity = 100;
/// Most tickets a sale can ever have created. Keeps every number exact in Lua's doubles.
inline constexpr std::int64_t total = 1'000'000'000;
/// Reservations one buyer may ever make in one sale, so that a reserve-and-cancel loop cannot fill
/// Redis (L17). Beyond it: 403 `too_many_reservations`.
inline constexpr std::uint32_t reservations_per_buyer = 100;
/// Longest hold time.
inline constexpr std::chrono::milliseconds hold = 30 * 24h;

// --- A purchase's way (L16, L18) ----------------------------------------------------------------

/// Purchases in one call of a script. More would hold Redis up for over a millisecond.
inline constexpr std::size_t batch = 256;
/// Tickets in one call of a script: bounds what one `LPOP` takes.
inline constexpr std::uint32_t batch_tickets = 2'048;
/// Batches in flight on one Redis connection.
inline constexpr std::size_t batches_in_flight = 2;
/// Purchases that one thread keeps waiting. Beyond it: 503.
inline constexpr std::size_t waiting = 16'384;
/// How long a purchase may wait for the ledger. Beyond it: 503 if it was never sent, else 202.
inline constexpr std::chrono::milliseconds purchase_deadline = 2s;
/// Silence after which a Redis connection is given up for good.
inline constexpr std::chrono::milliseconds reply_deadline = 500ms;
/// Nodes listen again this long after the connection broke, plus up to as much again by chance.
inline constexpr std::chrono::milliseconds reconnect_first = 20ms;
inline constexpr std::chrono::milliseconds reconnect_most = 500ms;

// --- Words (L11, L12) ---------------------------------------------------------------------------

/// A refusal is given from memory only on a word that was asked for less than this long ago.
inline constexpr std::chrono::milliseconds word_age = 1s;
/// A sale about which nothing was asked for this long is polled.
inline constexpr std::chrono::milliseconds poll_after = 200ms;
/// Sales in one poll: bounds how long the script holds Redis up.
inline constexpr std::size_t poll_sales = 64;
/// How often a node looks for sales that it does not know.
inline constexpr std::chrono::milliseconds discover_every = 400ms;
/// Ids of sales unknown to it that a thread remembers. Beyond it the oldest is forgotten, and who
/// asks for it hears 'try again' once more.
inline constexpr std::size_t strangers = 64;
/// How often the ledger's durability settings are checked (L7), and its memory is looked at (L29).
inline constexpr std::chrono::milliseconds durability_every = 1s;
/// Looks that the growth of its memory is told from: a minute's. Fewer would take a rush for the
/// trend, more would be late to see one.
inline constexpr std::size_t memory_looks = 61;
/// Looks over less than this tell no growth: buffers of a few batches would pass for it.
inline constexpr std::chrono::milliseconds memory_growth_after = 5s;
/// The one coarse timer of a thread. Deadlines of purchases are kept to within this much, those of
/// connections to within ten of it.
inline constexpr std::chrono::milliseconds tick = 50ms;

// --- Ending a reservation (L20) -----------------------------------------------------------------

/// Reservations that one sweep expires: holds Redis up for a few milliseconds at most.
inline constexpr std::size_t sweep = 256;
/// Rest between two sweeps of a sale by one node, plus up to as much again by chance, so that nodes
/// do not sweep in step.
inline constexpr std::chrono::milliseconds sweep_rest = 100ms;
/// How far the clock of a payment's signature may be off. Beyond it: 401.
inline constexpr std::chrono::seconds signature_age = 5min;
/// The last second that a clock can tell in nanoseconds.
inline constexpr std::int64_t last_timestamp = 9'000'000'000;
/// Shortest payment secret, in bytes: as many bits as the signature is strong.
inline constexpr std::size_t payment_secret = 16;

// --- HTTP (design §6) ---------------------------------------------------------------------------

/// Longest request line plus header fields. Beyond it: 431.
inline constexpr std::uint32_t header_bytes = 8 * 1024;
/// Longest body. Beyond it: 413.
inline constexpr std::uint32_t body_bytes = 1024;
/// Fields of a JSON body: more than any call takes. Beyond it: 400 `bad_body`.
inline constexpr std::size_t json_fields = 8;
/// From the first byte of a request to the end of its header. Beyond it: closed.
inline constexpr std::chrono::milliseconds header_deadline = 5s;
/// From the end of the header to the end of the body. Beyond it: closed.
inline constexpr std::chrono::milliseconds body_deadline = 5s;
/// The kernel hands a connection over with its first bytes, which saves looking for them in vain;
/// one that sends none it hands over after this, and not before.
inline constexpr std::chrono::seconds silent_accept = 1s;
/// An idle connection. Longer than Nginx's 60 s, so that Nginx never writes to a closed one.
inline constexpr std::chrono::milliseconds idle_deadline = 75s;
/// A reader who does not take its answer. Beyond it: closed.
inline constexpr std::chrono::milliseconds write_deadline = 5s;
/// A refused connection is read for this long or this much before it is closed, else the client
/// gets a reset and never sees the status.
inline constexpr std::chrono::milliseconds drain_deadline = 1s;
inline constexpr std::size_t drain_bytes = std::size_t{64} * 1024;
/// Answers written in one piece to one connection that pipelines.
inline constexpr std::size_t pipelined_bytes = std::size_t{64} * 1024;
/// Connections accepted in one turn of the loop, so that those already there are served too.
inline constexpr int accepts_per_turn = 64;
/// Descriptors a node keeps for itself: Redis, logs, listeners.
inline constexpr std::size_t spare_descriptors = 64;
/// How long the accept loop rests when descriptors have run out.
inline constexpr std::chrono::milliseconds accept_pause = 50ms;
/// A node told to stop closes within this whatever is still open.
inline constexpr std::chrono::milliseconds stop_deadline = 8s;
/// What it then still waits for whoever takes the last lines of its log and stat log. Both together
/// are less than the 10 s after which Docker kills.
inline constexpr std::chrono::seconds last_lines = 1s;

// --- The stat log -------------------------------------------------------------------------------

/// Lines are written when the first has waited so long: whoever counts them after the last answer
/// finds them all. While the disk takes its time, at most so many bytes of them wait.
inline constexpr std::size_t stat_log_bytes = std::size_t{4} * 1024 * 1024;
inline constexpr std::chrono::milliseconds stat_log_lag = 1ms;

// --- The operator (L23) -------------------------------------------------------------------------

/// How long an operator's command keeps sending again, with the same operation id. Beyond it: a
/// sentence, and status 3.
inline constexpr std::chrono::milliseconds operator_deadline = 10s;
/// Silence after which it sends again on a new connection.
inline constexpr std::chrono::milliseconds operator_reply = 2s;
/// Rest between two attempts.
inline constexpr std::chrono::milliseconds operator_pause = 100ms;
/// Whatever takes longer than this tells so, again and again.
inline constexpr std::chrono::milliseconds operator_tells = 2s;
/// Longest operation id: the ledger remembers some for every sale.
inline constexpr std::size_t operation_id = 64;
/// Highest price of one ticket, in the currency's smallest unit: far below what Lua keeps exact.
inline constexpr std::int64_t price = 1'000'000'000'000;
/// How far ahead a sale may open. Beyond it, the year is a slip of the pen.
inline constexpr std::chrono::milliseconds opens_ahead = 10 * 366 * 24h;

// --- Orders (L24 to L29) ------------------------------------------------------------------------

/// Journal entries in one read of a sale: at 256 records each, the reply is a megabyte and holds
/// Redis up for about a millisecond.
inline constexpr std::size_t journal_piece = 32;
/// Records in one transaction, as soon as the journal has that many: a commit is synced, and each
/// touches most pages of the index once.
inline constexpr std::size_t commit_records = 8'192;
/// How long the order writer waits for the next entry, hence for a signal to stop.
inline constexpr std::chrono::milliseconds journal_wait = 200ms;
/// How often it looks for new sales and for ledgers that went back.
inline constexpr std::chrono::milliseconds orders_look = 200ms;
/// How often it reports what is ordered while the journal does not rest.
inline constexpr std::chrono::milliseconds ordered_every = 20ms;
/// How often one that stands by tries to take over.
inline constexpr std::chrono::milliseconds stand_by = 250ms;
/// Rest after the database or the ledger was not to be had.
inline constexpr std::chrono::milliseconds orders_pause = 200ms;
/// How often it tells what it has done, if it has done anything.
inline constexpr std::chrono::milliseconds orders_tells = 10s;
/// A writer told to stop is out within this, also if the database hangs.
inline constexpr std::chrono::seconds orders_stop = 8s;
/// How long a rebuild waits for the order writer to read what is left of the journal.
inline constexpr std::chrono::milliseconds catch_up = 60s;
/// Dead letters that are named in one report, or tried again in one transaction.
inline constexpr std::size_t letters_piece = 1'000;

/// How often a rebuild reads the orders again because a row came meanwhile.
inline constexpr int rebuild_attempts = 10;
/// Entries in one step of a rebuild: holds Redis up for about a millisecond.
inline constexpr std::size_t rebuild_piece = 1'000;

// --- The audit ----------------------------------------------------------------------------------

/// Entries in one read: holds Redis up for less than a millisecond.
inline constexpr std::size_t audit_piece = 1'000;
/// Readings of a sale that does not stand still.
inline constexpr int audit_attempts = 3;
/// Differences shown of each part of the law; beyond it they are only counted.
inline constexpr std::int64_t audit_differences = 1'000;

// --- The rehearsal ------------------------------------------------------------------------------

/// Most buyers and most connections of one run: what one process has memory and descriptors for.
inline constexpr std::int64_t rehearsal_buyers = 10'000'000;
inline constexpr std::int64_t rehearsal_connections = 19'000;
/// A connection or an answer that takes longer is given up, and the buyer asks again.
inline constexpr std::chrono::milliseconds rehearsal_reply = 10s;
/// How often one buyer asks. Beyond it: the buyer counts as unanswered.
inline constexpr std::uint32_t rehearsal_attempts = 60;
/// How often a buyer who hears 'no such sale' asks: with the rests between, for more than the
/// second that a node may take to learn of a new one.
inline constexpr std::uint32_t rehearsal_new_sale = 8;
/// Rests between a buyer's attempts, doubled from the first to the most.
inline constexpr std::chrono::milliseconds rehearsal_rest_first = 20ms;
inline constexpr std::chrono::milliseconds rehearsal_rest_most = 1s;
/// How long after the pay-by a late buyer pays: more than two machines' clocks differ.
inline constexpr std::chrono::milliseconds rehearsal_late = 500ms;
/// Longest wait that a server is granted when it asks for one (`Retry-After`).
inline constexpr std::chrono::milliseconds rehearsal_rest_asked = 5s;
/// Longest answer: more than any of ours, and than a proxy's error page.
inline constexpr std::uint64_t rehearsal_body = std::uint64_t{64} * 1024;
/// How long the orders get to follow before the verdict.
inline constexpr std::chrono::milliseconds rehearsal_orders = 10s;
/// Findings of one kind that are shown; beyond it they are only counted.
inline constexpr std::size_t rehearsal_examples = 10;
/// Addresses that connections come from: enough for all buyers with a connection of their own.
inline constexpr std::int64_t rehearsal_sources = 1'000;
/// A connection that nobody needs for so long is closed: sooner than a node or Nginx closes it.
inline constexpr std::chrono::milliseconds rehearsal_idle = 30s;
/// Slices of time that a run is counted by; beyond it two become one.
inline constexpr std::int64_t rehearsal_slices = 240;
/// Reasons for a refusal that are told apart.
inline constexpr std::size_t rehearsal_reasons = 200;

}  // namespace onsale::limits
