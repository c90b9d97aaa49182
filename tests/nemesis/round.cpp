#include "nemesis/round.hpp"

#include "nemesis/busy_operator.hpp"
#include "nemesis/node_watch.hpp"
#include "nemesis/recording_buyers.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

namespace onsale::nemesis {

namespace {

constexpr milliseconds turn{20};
/// After a fault is over: longer than any restart and any time to reconnect takes.
constexpr milliseconds well_within{15'000};
/// Nodes have met everybody by then.
constexpr milliseconds warm_up{1'600};
constexpr milliseconds calm_least{500};
constexpr milliseconds calm_most{1'000};
/// Design §3, P2: buyable within 2 s after the pay-by, which is up to 5 % later than the hold time.
constexpr milliseconds back_within{2'000};
constexpr milliseconds machine_slack{1'500};
constexpr milliseconds ordered_within{10'000};

class playing {
  public:
    playing(const round_plan& plan, const std::vector<fault>& faults,
            std::vector<std::size_t>& deck, outcome_of_rounds& into, const tell& say)
        : plan_{plan},
          faults_{faults},
          deck_{deck},
          into_{into},
          say_{say},
          random_{plan.seed},
          on_{plan.with},
          watch_{on_},
          shared_{.to = on_.where(),
                  .payments = on_.payments,
                  .price = test::price,
                  .hold_ms = plan.with.hold_ms,
                  .prefix = "b" + std::to_string(plan.seed % 1'000) + "-"} {}

    void play() {
        const auto found_before = into_.found.total();
        const auto begun = std::chrono::steady_clock::now();
        buyers_.emplace(shared_, plan_.buyers, random_());
        operator_.emplace(on_.redis.endpoint(), whole_system::sale, random_());
        rest(warm_up);
        watch_.remember_size();
        while (std::chrono::steady_clock::now() - begun < plan_.lasts) {
            window();
            rest(milliseconds{
                number(static_cast<int>(calm_least.count()), static_cast<int>(calm_most.count()))});
        }
        make_peace();
        drain();
        verdict();
        if (plan_.loses_ledger) lose();
        end();
        if (!plan_.traces.empty() && into_.found.total() > found_before) {
            on_.keep_traces(plan_.traces);
            tell_progress("what the programs said is in " + plan_.traces.string());
        }
    }

  private:
    int number(int from, int to) { return std::uniform_int_distribution<int>{from, to}(random_); }

    void rest(milliseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(turn);
            watch_.look(into_.reached, stopped_);
        }
    }

    void tell_progress(const std::string& what) { say_(what, shared_.purchases, shared_.tickets); }

    // --- Faults ----------------------------------------------------------------------------------

    /// The next ones of the deck that can be injected here, and do not get in each other's way.
    std::vector<const fault*> draw() {
        const int chance = number(1, 10);
        const int wanted = chance <= 3 ? 1 : chance <= 8 ? 2 : 3;
        std::vector<const fault*> drawn;
        for (std::size_t i = 0; i < deck_.size() && std::ssize(drawn) < wanted;) {
            const auto& one = faults_[deck_[i]];
            const bool fits = std::none_of(drawn.begin(), drawn.end(), [&](const fault* other) {
                return other->part == one.part || other->part == "everything" ||
                       one.part == "everything";
            });
            if (!fits || !one.is_possible(on_)) {
                ++i;
                continue;
            }
            drawn.push_back(&one);
            deck_.erase(deck_.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (std::ssize(drawn) < wanted) refill_deck();
        return drawn;
    }

    void refill_deck() {
        std::vector<std::size_t> more;
        for (std::size_t i = 0; i < faults_.size(); ++i) {
            if (faults_[i].impossible.empty())
                more.insert(more.end(), static_cast<std::size_t>(faults_[i].weight), i);
        }
        std::shuffle(more.begin(), more.end(), random_);
        deck_.insert(deck_.end(), more.begin(), more.end());
    }

    void window() {
        auto drawn = draw();
        if (drawn.empty()) drawn = draw();  // of a new deck
        std::string names;
        for (const auto* one : drawn)
            names += (names.empty() ? "" : " + ") + one->name;
        tell_progress(names);
        troubled_.push_back({now_ms(), 0});
        scene at{on_, random_, into_.injected, into_.reached, into_.found, stopped_, plan_.times};
        std::vector<affliction> afflictions;
        milliseconds lasts{number(800, 2'200)};
        for (const auto* one : drawn) {
            afflictions.push_back(one->begin(at));
            lasts = std::max(lasts, afflictions.back().lasts);
        }
        const auto end = std::chrono::steady_clock::now() + lasts;
        while (std::chrono::steady_clock::now() < end) {
            for (auto& one : afflictions)
                one.act();
            std::this_thread::sleep_for(turn);
            watch_.look(into_.reached, stopped_);
        }
        for (auto one = afflictions.rbegin(); one != afflictions.rend(); ++one)
            one->end();
        heal(names);
        troubled_.back().until_ms = now_ms();
    }

    void heal(const std::string& after) {
        into_.found.looked_at(check::comes_back);
        const auto wrong = on_.become_well(well_within);
        if (!wrong.empty()) into_.found.add(check::comes_back, "after " + after + ": " + wrong);
        const auto crashes = on_.crashes();
        into_.found.looked_at(check::crashed);
        if (!crashes.empty()) into_.found.add(check::crashed, "after " + after + ": " + crashes);
    }

    // --- Peace -----------------------------------------------------------------------------------

    void make_peace() {
        tell_progress("peace");
        operator_->finish();
        asked_ = buyers_->finish();
        heal("the last fault");
        wait_for_end_of_holds();
        watch_.compare_size(into_.found, plan_.times);
    }

    /// Whatever is still held is nobody's who wants it: it comes back.
    void wait_for_end_of_holds() {
        const milliseconds hold{plan_.with.hold_ms + plan_.with.hold_ms / 20};
        const auto patience = hold + back_within + (plan_.times ? machine_slack : 10 * hold);
        into_.found.looked_at(check::sellable);
        if (!test::wait_until([&] { return on_.number("sold") == on_.number("paid"); }, patience)) {
            into_.found.add(check::sellable, std::to_string(on_.number("sold")) + " sold and " +
                                                 std::to_string(on_.number("paid")) +
                                                 " paid: holds do not end");
        }
    }

    /// Buys until nothing is left: exactly what was left. And pays, so that nothing changes any
    /// more while the books are compared.
    void drain() {
        const auto left = on_.number("total") - on_.number("sold");
        shop_window window{on_.where(), on_.payments};
        std::int64_t bought = 0;
        for (std::int64_t i = 0; bought < left; ++i) {
            exchange wish{.route = static_cast<int>(i % (std::ssize(on_.nodes) + 1)) - 1};
            wish.buyer = "drain-" + std::to_string(++drained_);
            wish.key = "key-of-" + wish.buyer;
            const auto told = window.ask(wish);
            if (told.is_yes()) {
                bought += std::ssize(told.tickets);
                window.ask({.what = call::pay,
                            .route = told.route,
                            .buyer = told.buyer,
                            .about = told.reservation,
                            .payment = "pay-of-" + told.buyer,
                            .amount = test::price});
            }
            if (told.is_no() || i > 3 * left + 100) break;
            if (!told.is_yes()) std::this_thread::sleep_for(turn);
        }
        into_.found.looked_at(check::sellable, left);
        if (bought != left) {
            into_.found.add(check::sellable, std::to_string(left) + " were left, and " +
                                                 std::to_string(bought) + " could be bought");
        }
        auto more = window.take_history();
        std::move(more.begin(), more.end(), std::back_inserter(asked_));
    }

    // --- The verdict -----------------------------------------------------------------------------

    void verdict() {
        tell_progress("checking " + std::to_string(asked_.size()) + " answers");
        wait_for_orders();
        const auto journal = on_.journal().all();
        const sale_story story{journal, plan_.with.limit, into_.found};
        for (const auto& at : on_.journal().changed()) {
            into_.found.add(check::journal,
                            "version " + std::to_string(at.version) + " was written twice");
        }
        circumstances of{.sale = whole_system::sale,
                         .salt = on_.field("salt"),
                         .limit = plan_.with.limit,
                         .stopped = stopped_,
                         .troubled = troubled_,
                         .times = plan_.times};
        check_answers(asked_, story, of, into_.found, into_.reached);
        if (plan_.times) check_ends(story, of, into_.found);
        check_ledger(records(), story, into_.found);
        check_counters(story);
        check_orders(on_.order_rows(), story, into_.found);
        audit();
        sum_up(journal.size());
    }

    /// Sold out, all ordered, nothing held: what comes now has nothing to do with what was.
    void lose() {
        tell_progress("the ledger is lost");
        wait_for_end_of_holds();
        scene at{on_, random_, into_.injected, into_.reached, into_.found, stopped_, plan_.times};
        lose_ledger(at, *plan_.loses_ledger, number(0, 2) == 0);
        wait_for_end_of_holds();
        drain();
        wait_for_orders();
        audit();
    }

    /// As an operator does: everybody is told to stop, and does.
    void end() {
        for (const auto& one : on_.nodes)
            one->terminate();
        for (const auto& one : on_.writers)
            one->process().send(SIGTERM);
        for (const auto& one : on_.nodes) {
            const auto status = one->wait(well_within);
            into_.found.looked_at(check::crashed);
            if (status != 0) into_.found.add(check::crashed, "told to stop: " + one->log());
        }
        for (const auto& one : on_.writers) {
            const auto status = one->process().wait(well_within);
            into_.found.looked_at(check::crashed);
            if (status != 0) into_.found.add(check::crashed, "told to stop: " + one->log());
        }
    }

    void wait_for_orders() {
        const auto all_ordered = [&] {
            return on_.field("ordered") == on_.field("epoch") + "-" + on_.field("version");
        };
        into_.found.looked_at(check::orders);
        if (!test::wait_until(all_ordered, ordered_within)) {
            std::string logs;
            for (const auto& one : on_.writers)
                logs += one->log();
            into_.found.add(check::orders, "ordered up to " + on_.field("ordered") + " of " +
                                               on_.field("version") + ": " + logs);
        }
    }

    std::vector<std::pair<std::string, std::string>> records() {
        std::vector<std::pair<std::string, std::string>> all;
        const auto answer =
            on_.command({"HGETALL", redis::sale_key(whole_system::sale, "reservations")});
        if (!answer) return all;
        for (std::size_t i = 0; i + 1 < answer->list.size(); i += 2)
            all.emplace_back(answer->list[i].text, answer->list[i + 1].text);
        return all;
    }

    void check_counters(const sale_story& story) {
        const auto same = [&](const char* name, std::int64_t told) {
            into_.found.looked_at(check::ledger);
            if (on_.number(name) == told) return;
            into_.found.add(check::ledger, std::string{name} + " is " + on_.field(name) +
                                               ", and by the journal " + std::to_string(told));
        };
        same("version", story.last().version);
        same("total", story.total());
        same("sold", story.sold());
        same("paid", story.paid());
    }

    void audit() {
        into_.found.looked_at(check::audit);
        const auto told = on_.run({"audit", whole_system::sale, "--json"}, true);
        if (told.status != 0) into_.found.add(check::audit, told.output);
    }

    void sum_up(std::size_t versions) {
        ++into_.rounds;
        into_.requests += std::ssize(asked_);
        into_.versions += static_cast<std::int64_t>(versions);
        into_.purchases += shared_.purchases.exchange(0);
        into_.tickets += shared_.tickets.exchange(0);
        for (const auto& one : asked_) {
            if (one.route != by_nginx)
                into_.slowest_ms = std::max<std::int64_t>(into_.slowest_ms, one.took().count());
        }
        watch_.count_all(into_.reached);
        into_.reached.add(event::letter_was_resolved,
                          on_.orders.number("SELECT count(*) FROM dead_letters "
                                            "WHERE state = 'resolved'"));
    }

    const round_plan& plan_;
    const std::vector<fault>& faults_;
    std::vector<std::size_t>& deck_;
    outcome_of_rounds& into_;
    const tell& say_;
    std::mt19937_64 random_;
    whole_system on_;
    node_watch watch_;
    recording_buyer::shared shared_;
    std::vector<stopped_time> stopped_;
    std::vector<troubled_time> troubled_;
    history asked_;
    std::int64_t drained_ = 0;
    std::optional<recording_buyers> buyers_;
    std::optional<busy_operator> operator_;
};

}  // namespace

void play_round(const round_plan& plan, const std::vector<fault>& faults,
                std::vector<std::size_t>& deck, outcome_of_rounds& into, const tell& say) {
    playing{plan, faults, deck, into, say}.play();
}

}  // namespace onsale::nemesis
