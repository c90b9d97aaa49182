#include "nemesis/lost_ledger.hpp"

#include "nemesis/paying_crowd.hpp"
#include "support/ledger_client.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace onsale::nemesis {

namespace {

namespace files = std::filesystem;

constexpr std::array<const char*, losses> names{"ledger emptied", "ledger rolled back",
                                                "ledger deleted"};
constexpr int tickets = 40;
/// More than the crowd can buy before it is over.
constexpr int tickets_of_crowd = 400;
constexpr milliseconds rush{250};

class episode {
  public:
    episode(scene& at, loss how, bool restarts)
        : at_{at}, on_{at.on}, how_{how}, restarts_{restarts}, window_{on_.where(), on_.payments} {}

    void play() {
        expect(change("restock", {"--by", std::to_string(3 * tickets + tickets_of_crowd)}),
               "restock");
        buy_and_pay();
        if (how_ == loss::rolled_back) keep_copy();
        buy_and_pay();
        wait_until_ordered();
        lose_in_a_rush();
        expect_nothing_was_told_since();
        expect(on_.run({"audit", whole_system::sale}, true).status == 1, "the audit lists the gap");
        rebuild();
        expect_all_back();
        expect_nothing_told_is_sold_again();
        static_cast<void>(change("release"));  // nothing is withheld if nodes remember
        ++at_.injected[names[static_cast<std::size_t>(how_)]];
        at_.reached.add(event::rebuilt);
    }

  private:
    void expect(bool holds, const std::string& what) {
        at_.found.looked_at(check::lost_ledger);
        if (!holds) {
            at_.found.add(check::lost_ledger, std::string{names[static_cast<std::size_t>(how_)]} +
                                                  (restarts_ ? ", all restarted: " : ": ") + what +
                                                  " does not hold");
        }
    }

    bool change(const std::string& what, std::vector<std::string> more = {}) {
        std::vector<std::string> words{"sale", what, whole_system::sale};
        words.insert(words.end(), more.begin(), more.end());
        return on_.run(words).status == 0;
    }

    exchange ask(exchange one) {
        exchange told;
        static_cast<void>(test::wait_until(
            [&] {
                told = window_.ask(one);
                return !told.is_busy() && !told.is_doubt();
            },
            milliseconds{10'000}));
        return told;
    }

    exchange wish() {
        const auto name = "survivor-" + std::to_string(++buyers_);
        return {.route = static_cast<int>(static_cast<std::size_t>(buyers_) % on_.nodes.size()),
                .buyer = name,
                .key = "key-of-" + name};
    }

    void buy_and_pay() {
        for (int i = 0; i < tickets; ++i) {
            const auto told = ask(wish());
            expect(told.is_yes(), "a ticket can be bought (" + told.code + ")");
            if (!told.is_yes()) return;
            const auto paid = ask({.what = call::pay,
                                   .route = told.route,
                                   .buyer = told.buyer,
                                   .about = told.reservation,
                                   .payment = "pay-of-" + told.buyer,
                                   .amount = test::price});
            expect(paid.is_yes(), "it can be paid");
            bought_.push_back(told);
        }
    }

    [[nodiscard]] files::path data() const { return on_.redis.directory() / "appendonlydir"; }
    [[nodiscard]] files::path copy() const { return on_.redis.directory() / "copy"; }

    void keep_copy() {
        on_.redis.kill();
        files::copy(data(), copy(), files::copy_options::recursive);
        on_.start_redis();
    }

    void wait_until_ordered() {
        const auto all_ordered = [&] {
            return on_.field("ordered") == on_.field("epoch") + "-" + on_.field("version");
        };
        expect(test::wait_until(all_ordered, milliseconds{10'000}), "all is ordered before it");
    }

    /// In every other episode no order writer is there, and all that the crowd does has no order.
    void lose_in_a_rush() {
        const bool has_writers = at_.number(0, 1) == 0;
        if (!has_writers) {
            for (const auto& one : on_.writers)
                one->kill();
        }
        paying_crowd crowd{on_.where(), on_.payments};
        std::this_thread::sleep_for(rush);
        lose();
        expect_no_sale();
        rushed_ = crowd.finish();
    }

    void lose() {
        if (restarts_) {
            for (const auto& one : on_.nodes)
                one->kill();
        }
        if (how_ == loss::emptied) {
            static_cast<void>(on_.command({"FLUSHALL"}));
            lost_ = std::chrono::steady_clock::now();
        } else {
            on_.redis.kill();
            lost_ = std::chrono::steady_clock::now();
            files::remove_all(data());
            if (how_ == loss::rolled_back) files::rename(copy(), data());
            on_.start_redis();
        }
        for (std::size_t i = 0; i < on_.writers.size(); ++i) {
            if (!on_.writers[i]->process().is_running()) on_.start_writer(i);
        }
        if (!restarts_) return;
        // With nobody left who remembers, it is the order writer who sees it first (L30).
        if (how_ == loss::rolled_back) {
            expect(test::wait_until([&] { return on_.field("state") == "frozen"; },
                                    milliseconds{10'000}),
                   "the order writer freezes it");
        }
        on_.start_what_is_down();
    }

    /// From the first call on: no yes, and the ledger's state within a second.
    void expect_no_sale() {
        const auto begun = std::chrono::steady_clock::now();
        const auto told_by = milliseconds{at_.times ? 2'000 : 10'000};
        bool all_say_so = false;
        while (std::chrono::steady_clock::now() < begun + told_by + milliseconds{500}) {
            all_say_so = true;
            for (std::size_t i = 0; i < on_.nodes.size(); ++i) {
                auto one = wish();
                one.route = static_cast<int>(i);
                const auto told = window_.ask(one);
                if (told.is_yes()) expect(false, "nobody sells");
                // Started on an empty ledger, a node cannot know that there was a sale.
                const bool forgot = restarts_ && how_ != loss::rolled_back && told.status == 404;
                all_say_so =
                    all_say_so && (told.code == "frozen" || told.code == "missing" || forgot);
            }
            std::this_thread::sleep_for(milliseconds{50});
        }
        expect(all_say_so, "every node says so");
    }

    /// P10: no ledger has said yes to what was sent after it was lost, nor is an older yes told
    /// long afterwards.
    void expect_nothing_was_told_since() {
        const milliseconds longest{at_.times ? 1'000 : 10'000};
        for (const auto& one : rushed_) {
            if (one.is_yes() && (one.sent > lost_ || one.told > lost_ + longest))
                expect(false, "nobody is told yes (" + one.buyer + ")");
        }
    }

    void rebuild() {
        std::vector<std::string> words{"sale", "rebuild", whole_system::sale};
        for (const auto& one : on_.nodes) {
            words.insert(words.end(),
                         {"--node", "http://127.0.0.1:" + std::to_string(one->port())});
        }
        rebuilt_ms_ = now_ms();
        const auto told = on_.run(words, true);
        expect(told.status == 0, "the rebuild: " + told.output);
        expect(change("resume"), "the resume");
        expect(test::wait_until([&] { return on_.become_well(milliseconds{100}).empty(); },
                                milliseconds{20'000}),
               "all is well again");
    }

    void expect_all_back() {
        for (const auto& one : bought_) {
            const auto told = ask({.what = call::show,
                                   .route = one.route,
                                   .buyer = one.buyer,
                                   .about = one.reservation});
            expect(told.is_yes() && told.state == "paid" && told.tickets == one.tickets,
                   "the ticket of " + one.buyer + " (" + std::to_string(told.status) + " " +
                       told.state + ")");
            auto again = one;
            again = {.route = one.route, .buyer = one.buyer, .key = one.key};
            const auto known = ask(again);
            expect(known.is_yes() && known.tickets == one.tickets,
                   "a repeat of " + one.buyer + " (" + std::to_string(known.status) + ")");
        }
    }

    /// What was paid and has no order may be a buyer's: it is kept out of the sale (L28), and so is
    /// what was still held by its order though its pay-by had passed.
    void expect_nothing_told_is_sold_again() {
        std::set<std::int64_t> nobodys;
        for (const auto& paid : rushed_) {
            if (paid.what != call::pay || !paid.is_yes()) continue;
            const auto bought = std::find_if(rushed_.begin(), rushed_.end(), [&](const auto& one) {
                return one.buys() && one.reservation == paid.about;
            });
            const auto known = ask({.what = call::show,
                                    .route = paid.route,
                                    .buyer = paid.buyer,
                                    .about = paid.about});
            if (known.is_yes() && known.state == "paid") {
                expect(known.tickets == bought->tickets, "the ticket of " + paid.buyer);
            } else if (!known.is_yes() || bought->pay_by_ms <= rebuilt_ms_) {
                nobodys.insert(bought->tickets.begin(), bought->tickets.end());
                at_.reached.add(event::paid_without_order);
            }
        }
        for (;;) {
            const auto told = ask(wish());
            if (!told.is_yes()) {
                expect(told.code == "sold_out", "all is sold (" + told.code + ")");
                return;
            }
            for (const auto ticket : told.tickets)
                expect(!nobodys.contains(ticket), "no lost ticket is sold again");
            ask({.what = call::pay,
                 .route = told.route,
                 .buyer = told.buyer,
                 .about = told.reservation,
                 .payment = "pay-of-" + told.buyer,
                 .amount = test::price});
        }
    }

    scene& at_;
    whole_system& on_;
    const loss how_;
    const bool restarts_;
    shop_window window_;
    history bought_;
    history rushed_;  // of the crowd that was there when it was lost
    time_point lost_{};
    std::int64_t rebuilt_ms_ = 0;
    int buyers_ = 0;
};

}  // namespace

std::vector<fault> lost_ledger_faults() {
    std::vector<fault> all;
    for (const auto* name : names)
        all.push_back({name, "everything", 0, [](scene&) { return affliction{}; }});
    return all;
}

void lose_ledger(scene& at, loss how, bool restarts) {
    episode{at, how, restarts}.play();
}

}  // namespace onsale::nemesis
