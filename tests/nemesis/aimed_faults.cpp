#include "nemesis/faults.hpp"
#include "support/http_client.hpp"
#include "support/on_threads.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"
#include "onsale/core/word.hpp"
#include "onsale/redis/keys.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

// Faults that are aimed at one rule, which hardly any other comes near to; each looks by itself
// whether the rule holds.

namespace onsale::nemesis {

namespace {

constexpr int all_that_come = 1'000;

/// Of scripts that take tickets of `sale` or give them back; polls are not among them.
void lose_replies_to_changes(test::tcp_gate& gate, const std::string& sale, bool all) {
    gate.drop_replies_at(redis::sale_key(sale, "due"), all ? all_that_come : 0);
}

/// A sale in which nobody else buys, so that what becomes of a purchase is certain.
class own_sale {
  public:
    static constexpr int limit = 3;

    explicit own_sale(scene& at, int total = 100)
        : at_{at}, name_{"aimed-" + std::to_string(at.random())} {
        const auto told = at.on.run({"sale", "open", name_, "--total", std::to_string(total),
                                     "--limit", std::to_string(limit), "--hold", "1h"},
                                    true);
        is_open_ = told.status == 0;
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// A purchase straight at a node, which may not have heard of the sale yet, with an
    /// Idempotency-Key unless `key` is empty; status 0: nothing is told.
    [[nodiscard]] test::http_answer buy(std::uint16_t port, const std::string& buyer,
                                        const std::string& key, int quantity = 1) const {
        test::http_answer told;
        std::vector<std::string> headers;
        if (!key.empty()) headers.push_back("Idempotency-Key: " + key);
        const auto is_known = [&] {
            try {
                told = test::http_client{port, milliseconds{6'000}}.post(
                    "/v1/sales/" + name_ + "/reservations",
                    R"({"buyer":")" + buyer + R"(","quantity":)" + std::to_string(quantity) + "}",
                    headers);
            } catch (const std::runtime_error&) {
                told = {};
            }
            return told.status != 404;
        };
        static_cast<void>(is_open_ && test::wait_until(is_known, milliseconds{10'000}));
        return told;
    }

    /// Whether the ledger has a reservation of this key.
    [[nodiscard]] bool has(const std::string& buyer, const std::string& key) const {
        const auto salt = at_.on.command({"HGET", redis::sale_key(name_), "salt"});
        const auto parsed = salt ? parse_salt(salt->text) : std::nullopt;
        if (!parsed) return false;
        const auto id = derive_id(*parsed, name_, buyer, key);
        const auto there = at_.on.command(
            {"HEXISTS", redis::sale_key(name_, "reservations"), std::string{view(id)}});
        return there && there->integer == 1;
    }

  private:
    scene& at_;
    const std::string name_;
    bool is_open_ = false;
};

bool is_yes(const test::http_answer& told) {
    return told.status == 200 || told.status == 201;
}

// --- L11: sold out is told by a fresh word only --------------------------------------------------

/// A word is good for a second; then the node looks it up, which it cannot.
constexpr milliseconds certainly_stale = limits::word_age + milliseconds{150};
constexpr int come_back = 10;

/// All is sold, and a node knows it, when it is cut off; what comes back then, it does not know.
affliction cut_off_sold_out(scene& at) {
    const auto sale = std::make_shared<own_sale>(at, own_sale::limit);
    const auto which = at.any_node();
    const auto port = at.on.nodes[which]->port();
    // Without a key, which the ledger would be asked for before anybody is refused.
    const auto ask = [&at, sale, port] {
        return sale->buy(port, "cut-off-" + std::to_string(at.random()), "").status;
    };
    bool is_told = is_yes(sale->buy(port, "first", "first", own_sale::limit)) &&
                   test::wait_until([&] { return ask() == 409; }, milliseconds{5'000});
    // With what its local stock still had, it would ask the ledger.
    for (int token = 0; is_told && token < own_sale::limit; ++token)
        is_told = ask() == 409;
    at.on.ledger_gates[which]->swallow(true);
    at.injected["a node cut off when all is sold"] += is_told ? 1 : 0;
    at.on.run({"sale", "restock", sale->name(), "--by", std::to_string(come_back)});
    const auto asks_from = std::chrono::steady_clock::now() + certainly_stale;
    auto when = std::make_shared<pace>(milliseconds{300});
    return {.act =
                [&at, ask, asks_from, when] {
                    if (std::chrono::steady_clock::now() < asks_from || !when->due()) return;
                    at.found.looked_at(check::sold_out);
                    if (ask() == 409) {
                        at.found.add(check::sold_out,
                                     "a node that has been cut off for over a second refuses");
                    }
                },
            .end = [&at, which] { at.on.ledger_gates[which]->swallow(false); },
            .lasts = certainly_stale + milliseconds{2'500}};
}

// --- L9, L14: an unknown outcome keeps its tokens -----------------------------------------------

/// A node that grants itself nothing: its only token is spent, and it does not know on what.
affliction doubt_the_whole_stock(scene& at) {
    const own_sale sale{at};
    test::tcp_gate gate{at.on.redis.endpoint()};
    const test::node article{gate.endpoint(),
                             {.settings = {"node.top_up=false", "node.local_stock=1"},
                              .environment = at.on.of().environment}};
    lose_replies_to_changes(gate, sale.name(), true);
    const auto first = sale.buy(article.port(), "ada", "first");
    lose_replies_to_changes(gate, sale.name(), false);
    if (first.status != 202) return {};  // it was not sent, and the token came back
    ++at.injected["a whole local stock in doubt"];
    at.found.looked_at(check::quota);
    if (is_yes(sale.buy(article.port(), "bob", "second")))
        at.found.add(check::quota, "a local stock of one ticket was sold twice");
    return {};
}

// --- L18: what may have run is never told as if it had not ------------------------------------

/// Scripts run, and no reply comes for as long as a purchase may wait.
affliction lose_every_reply(scene& at) {
    const own_sale sale{at};
    const auto which = at.any_node();
    lose_replies_to_changes(*at.on.ledger_gates[which], sale.name(), true);
    const auto told = sale.buy(at.on.nodes[which]->port(), "ada", "key");
    lose_replies_to_changes(*at.on.ledger_gates[which], sale.name(), false);
    ++at.injected["no reply for as long as a purchase waits"];
    at.found.looked_at(check::refused);
    if (told.status >= 400 && sale.has("ada", "key")) {
        at.found.add(check::refused, "told " + std::to_string(told.status) + " " + told.at("code") +
                                         ", and has a ticket");
    }
    return {};
}

/// A request is held back, sent again on a new connection and refused for good: then the first one
/// must never be heard of.
affliction deliver_behind_a_refusal(scene& at) {
    const own_sale sale{at};
    test::tcp_gate gate{at.on.redis.endpoint()};
    const test::node apart{gate.endpoint(), {.environment = at.on.of().environment}};
    const auto all = sale.buy(apart.port(), "ada", "all", own_sale::limit);
    if (!is_yes(all)) return {};
    gate.stall_at("ada");
    const auto one_more = sale.buy(apart.port(), "ada", "one-more");
    if (one_more.status != 403) return {};  // the limit is reached
    try {
        test::http_client{apart.port()}.ask("DELETE", "/v1/reservations/" + all.at("reservation"));
    } catch (const std::runtime_error&) {
        return {};
    }
    gate.release();
    ++at.injected["a request delivered after its refusal"];
    std::this_thread::sleep_for(milliseconds{200});
    at.found.looked_at(check::refused);
    if (sale.has("ada", "one-more"))
        at.found.add(check::refused, "told no for good, and then got a ticket all the same");
    return {};
}

// --- P6: the limit holds within a batch, too ----------------------------------------------------

/// One buyer asks for far too much at the same moment, of a node whose ledger takes its time: most
/// of it travels in one batch.
affliction buy_all_at_once(scene& at) {
    constexpr int wishes = 12;
    const own_sale sale{at};
    const auto which = at.any_node();
    auto& gate = *at.on.ledger_gates[which];
    gate.delay(milliseconds{0}, milliseconds{150});
    std::atomic<int> bought{0};
    test::on_threads(wishes, [&](int wish) {
        const auto key = std::to_string(wish);
        if (is_yes(sale.buy(at.on.nodes[which]->port(), "ada", key))) ++bought;
    });
    gate.delay(milliseconds{0}, milliseconds{0});
    ++at.injected["a buyer all at once"];
    at.found.looked_at(check::limit);
    if (bought > own_sale::limit) {
        at.found.add(check::limit, "one buyer has " + std::to_string(bought.load()) + " of " +
                                       std::to_string(own_sale::limit) + " tickets");
    }
    return {};
}

// --- L4: a word gives way to a newer one only ---------------------------------------------------

/// The pair of the word that a node tells; nothing if it tells none.
std::optional<ledger_version> word_of(test::http_client& client) {
    const auto told = client.get(std::string{"/v1/sales/"} + whole_system::sale);
    if (told.status != 200) return std::nullopt;
    const auto epoch = parse_integer(told.at("epoch"));
    const auto version = parse_integer(told.at("version"));
    if (!epoch || !version) return std::nullopt;
    return ledger_version{*epoch, *version};
}

/// A node's word must not go back, while what its threads hear comes in any order.
void watch_word(scene& at, test::node& one, milliseconds time) {
    ledger_version newest;
    const auto end = std::chrono::steady_clock::now() + time;
    try {
        test::http_client client{one.port(), milliseconds{1'000}};
        while (std::chrono::steady_clock::now() < end) {
            const auto told = word_of(client);
            if (!told) continue;
            at.found.looked_at(check::word);
            if (*told < newest) {
                at.found.add(check::word, "a node knew version " + std::to_string(newest.version) +
                                              ", and then " + std::to_string(told->version));
                return;
            }
            newest = *told;
            std::this_thread::sleep_for(milliseconds{1});
        }
    } catch (const std::runtime_error&) {  // it has ended, or cannot answer
    }
}

affliction mix_words(scene& at) {
    const auto which = at.any_node();
    const test::gate_faults::way uneven{.jitter = milliseconds{at.number(40, 120)}};
    at.on.ledger_gates[which]->spoil({.requests = uneven, .replies = uneven}, at.random());
    ++at.injected["words in any order"];
    return {.act = [&at, which] { watch_word(at, *at.on.nodes[which], milliseconds{250}); },
            .end = [&at, which] { at.on.ledger_gates[which]->spoil({}); },
            .lasts = milliseconds{3'000}};
}

// --- L26: what is reported is committed ---------------------------------------------------------

void compare_reported(scene& at) {
    const auto reported = at.on.field("ordered");
    std::string_view rest = reported;
    const auto epoch = parse_integer(cut(rest, '-'));
    const auto version = parse_integer(rest);
    if (!epoch || !version) return;
    try {
        const auto committed = at.on.orders.column(
            std::string{"SELECT CAST(epoch AS TEXT) || '-' || CAST(version AS TEXT) FROM positions "
                        "WHERE sale = '"} +
            whole_system::sale + "'");
        if (committed.empty()) return;
        std::string_view text = committed.front();
        const auto of_epoch = parse_integer(cut(text, '-')).value_or(0);
        const ledger_version position{of_epoch, parse_integer(text).value_or(0)};
        at.found.looked_at(check::orders);
        if (position < ledger_version{*epoch, *version}) {
            at.found.add(check::orders,
                         "reported as ordered: " + reported + ", committed: " + committed.front());
        }
    } catch (const std::exception&) {  // the database is away
    }
}

/// The writer at work dies with its rows written and not committed.
affliction die_before_commit(scene& at) {
    const auto doomed = [&at](std::size_t which) {
        at.on.start_writer(which,
                           {"ONSALE_FAILPOINT=before_commit:" + std::to_string(at.number(1, 6))});
    };
    for (std::size_t i = 0; i < at.on.writers.size(); ++i) {
        at.on.writers[i]->kill();
        doomed(i);
    }
    return {.act =
                [&at, doomed] {
                    for (std::size_t i = 0; i < at.on.writers.size(); ++i) {
                        if (at.on.writers[i]->process().is_running()) continue;
                        compare_reported(at);
                        ++at.injected["a commit that never comes"];
                        doomed(i);
                    }
                },
            .end =
                [&at] {
                    for (const auto& one : at.on.writers)
                        one->kill();
                },
            .lasts = milliseconds{2'500}};
}

}  // namespace

void add_aimed_faults(std::vector<fault>& to, const abilities& of) {
    to.push_back({"a node cut off when all is sold", "everything", 1, cut_off_sold_out});
    to.push_back({"a whole local stock in doubt", "everything", 1, doubt_the_whole_stock});
    to.push_back({"no reply for as long as a purchase waits", "everything", 1, lose_every_reply});
    to.push_back(
        {"a request delivered after its refusal", "everything", 1, deliver_behind_a_refusal});
    to.push_back({"a buyer all at once", "everything", 1, buy_all_at_once});
    to.push_back({.name = "words in any order",
                  .part = "ledger line",
                  .begin = mix_words,
                  .is_possible = [](const whole_system& on) { return on.of().threads > 1; }});
    to.push_back({.name = "a commit that never comes",
                  .part = "writers",
                  .begin = die_before_commit,
                  .impossible = of.writer_failpoints.empty()
                                    ? "the program is built without ONSALE_SABOTAGE"
                                    : ""});
}

}  // namespace onsale::nemesis
