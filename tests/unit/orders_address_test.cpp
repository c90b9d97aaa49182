#include "onsale/orders/address.hpp"

#include <gtest/gtest.h>

namespace onsale::test {

using orders::database_address;
using orders::parse_database;

TEST(DatabaseAddress, OfSqliteIsAFile) {
    const auto relative = parse_database("sqlite://run/orders/orders.db");
    ASSERT_TRUE(relative);
    EXPECT_EQ(relative->is, database_address::kind::sqlite);
    EXPECT_EQ(relative->where, "run/orders/orders.db");
    EXPECT_EQ(parse_database("sqlite:///var/lib/onsale/orders.db")->where,
              "/var/lib/onsale/orders.db");
}

TEST(DatabaseAddress, OfPostgresqlIsForLibpq) {
    const auto uri = "postgresql://onsale@db.example:5433/orders?sslmode=require";
    const auto parsed = parse_database(uri);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->is, database_address::kind::postgresql);
    EXPECT_EQ(parsed->where, uri);
}

TEST(DatabaseAddress, IsShownWithoutAPassword) {
    const auto shown = [](const char* uri) { return parse_database(uri)->name; };
    EXPECT_EQ(shown("postgresql://ada:s3cret@db/orders"), "postgresql://ada@db/orders");
    EXPECT_EQ(shown("postgresql://ada:s3@cret@db/orders"), "postgresql://ada@db/orders");
    EXPECT_EQ(shown("postgresql://ada@db/orders?password=s3cret"), "postgresql://ada@db/orders");
    EXPECT_EQ(shown("postgresql:///orders?host=/run/postgresql"), "postgresql:///orders");
}

TEST(DatabaseAddress, OfAnythingElseIsAComplaint) {
    for (const auto* wrong : {"", "orders.db", "sqlite:orders.db", "sqlite://", "mysql://db/orders",
                              "sqlite://a\"b", "sqlite://a?mode=ro"}) {
        EXPECT_FALSE(parse_database(wrong)) << wrong;
    }
}

}  // namespace onsale::test
