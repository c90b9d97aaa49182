#include "integration/node_test.hpp"
#include "support/program.hpp"

#include <arpa/inet.h>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>

// How a node starts, or says in a sentence why it does not: status 2 for wrong use, 3 for what is
// not to be had.

namespace onsale::test {

class Start : public node_test {
  protected:
    program_result serve(std::vector<std::string> arguments) {
        std::vector<std::string> command{onsale_binary(), "serve", "--set",
                                         "redis.socket=" + redis.endpoint().socket};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_program(command, 20s);
    }

    program_result serve_file(const std::string& text) {
        const temporary_directory directory;
        const auto file = (directory.path() / "node.toml").string();
        std::ofstream{file} << text;
        return serve({"--config", file});
    }

    static void expect(const program_result& ended, int status, const std::string& sentence) {
        EXPECT_EQ(ended.status, status) << ended.output;
        EXPECT_NE(ended.output.find(sentence), std::string::npos) << ended.output;
    }

    static std::string port_setting(std::uint16_t port) {
        return "node.port=" + std::to_string(port);
    }
};

// SO_REUSEPORT would let the two share it in silence.
TEST_F(Start, OnThePortOfAnotherNodeIsRefused) {
    const auto& one = sell();
    const auto ended = serve({"--set", port_setting(one.port())});
    expect(ended, 3, "cannot listen on 127.0.0.1:" + std::to_string(one.port()));
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("code"), "1");
}

TEST_F(Start, OnAPortThatSomethingElseHasIsRefused) {
    const free_port port;
    const int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port.number());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(bind(other, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(other, 1), 0);
    expect(serve({"--set", port_setting(port.number())}), 3, "something else listens there");
    close(other);
}

TEST_F(Start, WithABadConfigurationNamesTheLine) {
    expect(serve_file("[node]\n\nprot = 3001\n"), 2, "line 3: there is no key 'node.prot'");
    expect(serve_file("[node]\nport = \"x\"\n"), 2, "line 2: node.port must be a whole number");
    expect(serve_file("[node]\nport = 99999\n"), 2, "line 2: node.port must be from 1 to 65535");
    expect(serve_file("[node\n"), 2, "line 1");
    expect(serve({"--set", "node.prot=1"}), 2, "there is no key 'node.prot'");
    expect(serve({"--config", "/nowhere/node.toml"}), 2, "/nowhere/node.toml");
}

TEST_F(Start, WithAStatLogThatCannotBeWrittenIsRefused) {
    const free_port port;
    const auto ended =
        serve({"--set", port_setting(port.number()), "--set", "node.stat_log=/nowhere/stat.log"});
    expect(ended, 3, "/nowhere/stat.log");
}

TEST_F(Start, OnAddressesThatAreNoneIsRefused) {
    expect(serve({"--set", "node.listen=nowhere"}), 3, "'nowhere' is no IP address");
}

// `onsale config` made it; a key added to the table and not to the file is noticed here.
TEST_F(Start, HasItsDefaultsWrittenDown) {
    const auto printed = run_program({onsale_binary(), "config"});
    EXPECT_EQ(printed.status, 0);
    EXPECT_EQ(printed.output, text_of(project_config() / "node.toml"));
}

TEST_F(Start, WithoutACommandIsWrongUse) {
    EXPECT_EQ(run_program({onsale_binary()}).status, 2);
    EXPECT_EQ(run_program({onsale_binary(), "sell"}).status, 2);
    EXPECT_EQ(run_program({onsale_binary(), "serve", "--prot", "1"}).status, 2);
    EXPECT_EQ(run_program({onsale_binary(), "--help"}).status, 0);
}

TEST_F(Start, OverTcpWithALoginAndADatabaseSells) {
    const redis_server locked{{.tcp = true}};
    auto address = locked.tcp_endpoint();
    address.database = 3;
    auto opener = redis::session::connect(address, 5s);
    ASSERT_TRUE(opener.has_value());
    ledger_client there{*opener, "demo"};
    there.open();
    there.command({"CONFIG", "SET", "requirepass", "open sesame"});
    const temporary_directory directory;
    const auto password = (directory.path() / "password").string();
    std::ofstream{password} << "open sesame\n";
    const node one{address,
                   {.settings = {"redis.user=default", "redis.password_file=" + password}}};
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("code"), "1");
    EXPECT_EQ(there.field("sold"), "1");
    const node stranger{address, {.becomes_ready = false}};
    EXPECT_TRUE(wait_until([&] { return stranger.readiness() == 503; }));
    EXPECT_EQ(get(stranger.port(), "/buy/ticket").status, 503u);
}

}  // namespace onsale::test
