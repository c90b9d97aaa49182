#include "onsale/app/config.hpp"

#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace onsale::test {

using app::config;
using app::load_config;

class Config : public testing::Test {
  protected:
    std::string write(const std::string& text, const std::string& name = "node.toml") {
        const auto path = (directory.path() / name).string();
        std::ofstream{path} << text;
        return path;
    }

    /// What is complained of in a file with this text; empty: nothing.
    std::string complaint_of(const std::string& text) {
        const auto path = write(text);
        auto loaded = load_config(path, {});
        if (loaded) return {};
        auto sentence = loaded.error().sentence;
        EXPECT_TRUE(sentence.starts_with(path + ", ")) << sentence;
        return sentence.substr(std::min(path.size() + 2, sentence.size()));
    }

    static std::string complaint_of_override(const std::string& text) {
        const auto loaded = load_config("", {text});
        return loaded ? "" : loaded.error().sentence;
    }

    static config load(const std::string& path, const std::vector<std::string>& overrides = {}) {
        const auto loaded = load_config(path, overrides);
        EXPECT_TRUE(loaded) << loaded.error().sentence;
        return loaded ? *loaded : config{};
    }

    temporary_directory directory;
};

TEST_F(Config, HasTheDefaultsOfTheDesign) {
    const auto made = load("");
    EXPECT_EQ(made.listen, "127.0.0.1");
    EXPECT_EQ(made.port, 3001);
    EXPECT_EQ(made.threads, 1);
    EXPECT_DOUBLE_EQ(made.buffer, 0.10);
    EXPECT_TRUE(made.top_up);
    EXPECT_FALSE(made.trust_request_id);
    EXPECT_EQ(made.default_sale, "demo");
    EXPECT_EQ(made.durability, "always");
}

TEST_F(Config, TheExampleIsTheDefaultsAndIsTheFileThatIsShipped) {
    const auto example = app::example_config();
    const auto from_example = load(write(example));
    EXPECT_EQ(from_example.port, load("").port);
    EXPECT_EQ(from_example.redis_socket, load("").redis_socket);
    std::ifstream shipped{"config/node.toml"};
    EXPECT_EQ(example, (std::string{std::istreambuf_iterator<char>{shipped}, {}}));
}

TEST_F(Config, AFileChangesWhatItNames) {
    const auto made =
        load(write("[node]\nport = 3004\nweight = 4\nbuffer = 1\n[redis]\nsocket = \"\"\n"));
    EXPECT_EQ(made.port, 3004);
    EXPECT_EQ(made.weight, 4);
    EXPECT_DOUBLE_EQ(made.buffer, 1.0);
    EXPECT_EQ(made.redis_socket, "");
    EXPECT_EQ(made.weights, 10);
}

TEST_F(Config, AnUnknownKeyIsAnErrorWithItsLine) {
    EXPECT_TRUE(
        complaint_of("[node]\n\nprot = 1\n").starts_with("line 3: there is no key 'node.prot'"));
    EXPECT_TRUE(
        complaint_of("[nodes]\nport = 1\n").starts_with("line 2: there is no key 'nodes.port'"));
    EXPECT_TRUE(complaint_of("port = 1\n").starts_with("line 1: there is no key 'port'"));
}

TEST_F(Config, AWrongTypeIsAnErrorWithItsLine) {
    EXPECT_EQ(complaint_of("[node]\nport = \"3001\"\n"),
              "line 2: node.port must be a whole number");
    EXPECT_EQ(complaint_of("[node]\nport = 3001.5\n"), "line 2: node.port must be a whole number");
    EXPECT_EQ(complaint_of("[node]\ntop_up = 1\n"), "line 2: node.top_up must be true or false");
    EXPECT_EQ(complaint_of("[node]\nlisten = 1\n"), "line 2: node.listen must be a text in quotes");
    EXPECT_EQ(complaint_of("[node]\nbuffer = \"x\"\n"), "line 2: node.buffer must be a number");
}

TEST_F(Config, AValueOutOfRangeIsAnErrorWithItsLine) {
    EXPECT_EQ(complaint_of("[node]\nport = 0\n"), "line 2: node.port must be from 1 to 65535");
    EXPECT_EQ(complaint_of("[node]\nthreads = 65\n"), "line 2: node.threads must be from 1 to 64");
    for (const auto* buffer : {"-0.1", "101", "nan", "inf"}) {
        EXPECT_EQ(complaint_of("[node]\nbuffer = " + std::string{buffer} + "\n"),
                  "line 2: node.buffer must be from 0 to 100");
    }
}

TEST_F(Config, WhatIsNoTomlIsAnErrorWithItsLine) {
    EXPECT_TRUE(complaint_of("[node]\nport 3001\n").starts_with("line 2: "));
}

TEST_F(Config, AFileThatIsNotThereIsAnError) {
    EXPECT_FALSE(load_config((directory.path() / "none.toml").string(), {}));
}

TEST_F(Config, OverridesComeLastAndTextsNeedNoQuotes) {
    const auto path = write("[node]\nport = 3004\n");
    const auto made =
        load(path, {"node.port=3005", "node.stat_log=run/stat.log", "node.listen=\"0.0.0.0\"",
                    "node.top_up=false", "node.default_sale=7", "node.buffer=0.5"});
    EXPECT_EQ(made.port, 3005);
    EXPECT_EQ(made.stat_log, "run/stat.log");
    EXPECT_EQ(made.listen, "0.0.0.0");
    EXPECT_FALSE(made.top_up);
    EXPECT_EQ(made.default_sale, "7");
    EXPECT_DOUBLE_EQ(made.buffer, 0.5);
}

TEST_F(Config, AWrongOverrideIsAnError) {
    for (const auto* wrong : {"port=1", "node.port", "node.prot=1", "node.port=x y", "node.port=0",
                              "node.port=", "node.top_up=yes", "=", "", "node.port=3001.0"}) {
        EXPECT_NE(complaint_of_override(wrong), "") << wrong;
    }
}

TEST_F(Config, WhatDoesNotGoTogetherIsAnError) {
    EXPECT_NE(complaint_of_override("node.weight=11"), "");
    EXPECT_NE(complaint_of_override("node.default_sale=no sale"), "");
    EXPECT_NE(complaint_of_override("redis.durability=sometimes"), "");
    EXPECT_NE(complaint_of_override("node.log_level=loud"), "");
}

TEST_F(Config, TheLedgersAddressTakesThePasswordFromItsFile) {
    auto made = load("", {"redis.user=ada", "redis.database=3"});
    made.redis_password_file = write("s3cret\nsecond line\n", "password");
    const auto to = app::ledger_endpoint(made);
    ASSERT_TRUE(to);
    EXPECT_EQ(to->socket, "run/redis/redis.sock");
    EXPECT_EQ(to->user, "ada");
    EXPECT_EQ(to->password, "s3cret");
    EXPECT_EQ(to->database, 3);
}

TEST_F(Config, APasswordThatCannotBeReadIsAnError) {
    auto made = load("");
    made.redis_password_file = write("", "password");
    EXPECT_FALSE(app::ledger_endpoint(made));
    made.redis_password_file = "none";
    EXPECT_FALSE(app::ledger_endpoint(made));
}

}  // namespace onsale::test
