#include "watch.hpp"

#include "call.hpp"
#include "greeting.hpp"
#include "scripts.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"
#include "onsale/redis/word_line.hpp"

#include <hiredis/hiredis.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace onsale::redis {

namespace asio = boost::asio;

class watch::question final : public reply_handler {
  public:
    question(connection& over, sale_book& book, std::vector<sale*> about, time_point sent)
        : over_{over}, book_{book}, about_{std::move(about)}, sent_{sent} {}

    void on_reply(const redisReply* answer) override {
        const std::unique_ptr<question> self{this};  // the last one to hear of it
        if (answer == nullptr || answer->str == nullptr) return;
        std::string_view text{answer->str, static_cast<std::size_t>(answer->len)};
        if (text.starts_with("NOSCRIPT")) return load_scripts_again(over_);
        if (answer->type != REDIS_REPLY_STRING) return;  // not now: their words grow old
        for (auto* one : about_) {
            const auto line = read(book_, one->id(), cut(text, '\n'));
            if (line) hear(*one, *line, sent_);
        }
    }

  private:
    connection& over_;
    sale_book& book_;
    std::vector<sale*> about_;
    time_point sent_;
};

std::optional<word_line> watch::read(sale_book& book, std::string_view id, std::string_view line) {
    auto word = parse_word_line(line);
    if (word) {
        book.could_read(id);
    } else if (book.claim_complaint(id)) {
        spdlog::error("sale {}: the ledger cannot read it, the others go on: {}", id,
                      parse_unreadable(line).value_or("an answer that makes no sense"));
    }
    return word;
}

void watch::refresh() {
    if (sales_.size() == book_.size()) return;
    for (auto* one : book_.from(sales_.size())) {
        sales_.push_back(one);
        names_.emplace(one->id());
    }
}

void watch::poll(time_point now) {
    refresh();
    std::vector<sale*> due;
    for (auto* one : sales_) {
        tell_news(*one);
        if (one->claim_poll(now)) due.push_back(one);
        if (due.size() == limits::poll_sales) ask(std::exchange(due, {}), now);
    }
    if (!due.empty()) ask(std::move(due), now);
}

/// One line in the log for each change of a sale's state, from whichever thread sees it first.
void watch::tell_news(sale& about) {
    const auto state = about.says().state;
    if (!about.claim_news(state)) return;
    if (state == sale_state::frozen) {
        spdlog::critical(
            "sale {}: frozen, the ledger went back; nothing is sold until it is rebuilt",
            about.id());
    } else if (state == sale_state::missing) {
        spdlog::critical("sale {}: the ledger has lost it; nothing is sold until it is rebuilt",
                         about.id());
    } else {
        spdlog::info("sale {}: {}", about.id(), name_of(state));
    }
}

void watch::ask(std::vector<sale*> about, time_point now) {
    command_.begin(3 + about.size() + 1 + 2 * about.size());
    command_.add("EVALSHA");
    command_.add(read_script().sha);
    command_.add(static_cast<std::int64_t>(about.size()));
    for (const auto* one : about) {
        command_.add_key(one->id());
    }
    command_.add(static_cast<std::int64_t>(about.size()));
    for (const auto* one : about) {
        const auto held = one->says().at;
        command_.add(held.epoch);
        command_.add(held.version);
    }
    auto asked = std::make_unique<question>(over_, book_, std::move(about), now);
    if (!over_.send(command_.text(), *asked, now)) return;
    (void)asked.release();  // it deletes itself when it is answered
    status_.polls.fetch_add(1, std::memory_order_relaxed);
}

asio::awaitable<void> watch::discover(time_point now) {
    refresh();
    const auto answer = co_await call(over_, command_of("SMEMBERS", sales_key));
    if (!answer || answer->is != reply::kind::list) co_return;
    std::vector<std::string> unknown;
    for (const auto& member : answer->list) {
        if (is_sale_id(member.text) && !names_.contains(member.text))
            unknown.push_back(member.text);
        if (unknown.size() == limits::poll_sales) {
            if (!co_await learn(std::move(unknown))) co_return;
            unknown.clear();
        }
    }
    if (!unknown.empty() && !co_await learn(std::move(unknown))) co_return;
    book_.heard_all(now);
}

asio::awaitable<bool> watch::learn(std::vector<std::string> names) {
    auto words = command_of("EVALSHA", read_script().sha, std::to_string(names.size()));
    for (const auto& name : names) {
        words.push_back(sale_key(name));
    }
    words.push_back(std::to_string(names.size()));
    words.insert(words.end(), 2 * names.size(), "0");  // nothing is known of them yet
    const auto sent = monotonic::now();
    const auto answer = co_await call(over_, std::move(words));
    if (answer && answer->text.starts_with("NOSCRIPT")) load_scripts_again(over_);
    if (!answer || answer->is != reply::kind::text) co_return false;
    std::string_view text = answer->text;
    for (const auto& name : names) {
        auto line = read(book_, name, cut(text, '\n'));
        const auto salt = line ? parse_salt(line->salt) : std::nullopt;
        if (!salt || line->says.state == sale_state::missing) continue;
        line->says.sent = sent;
        book_.add({sale_id{name}, *salt}, line->says);
        spdlog::info("sale {}: {} of {} tickets left, {}", name, line->says.remaining(),
                     line->says.total, name_of(line->says.state));
    }
    co_return true;
}

}  // namespace onsale::redis
