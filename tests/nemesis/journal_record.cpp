#include "nemesis/journal_record.hpp"

#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"
#include "onsale/redis/session.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace onsale::nemesis {

namespace {

constexpr std::chrono::milliseconds pause{2};
constexpr std::chrono::seconds patience{5};
constexpr std::size_t piece = 256;

std::string text_of(ledger_version at) {
    return std::to_string(at.epoch) + "-" + std::to_string(at.version);
}

ledger_version parse_version(std::string_view text) {
    const auto epoch = parse_integer(cut(text, '-'));
    const auto version = parse_integer(text);
    if (!epoch || !version) throw std::runtime_error{"a journal entry without a version"};
    return {*epoch, *version};
}

journal_fields fields_of(const redis::reply& list) {
    journal_fields fields;
    for (std::size_t i = 0; i + 1 < list.list.size(); i += 2)
        fields[list.list[i].text] = list.list[i + 1].text;
    return fields;
}

/// Connects as often as it takes.
class patient_session {
  public:
    explicit patient_session(const redis::endpoint& to) : to_{to} {}

    /// Nothing if there is no answer, or an error.
    std::optional<redis::reply> ask(const std::vector<std::string>& words) {
        if (!session_) {
            auto made = redis::session::connect(to_, patience);
            if (!made) return std::nullopt;
            session_.emplace(std::move(*made));
        }
        auto answer = session_->command(words);
        if (!answer) {
            session_.reset();
            return std::nullopt;
        }
        if (answer->is == redis::reply::kind::error) return std::nullopt;
        return std::move(*answer);
    }

  private:
    const redis::endpoint& to_;
    std::optional<redis::session> session_;
};

/// Shows `visit` up to a piece of what `sale` wrote after `last`, and returns how many that were.
template <class Visitor>
std::optional<std::size_t> read_behind(patient_session& session, const std::string& sale,
                                       ledger_version last, Visitor visit) {
    const auto answer = session.ask({"XRANGE", redis::sale_key(sale, "journal"),
                                     "(" + text_of(last), "+", "COUNT", std::to_string(piece)});
    if (!answer) return std::nullopt;
    for (const auto& one : answer->list)
        visit(parse_version(one.list.at(0).text), fields_of(one.list.at(1)));
    return answer->list.size();
}

}  // namespace

journal_record::journal_record(redis::endpoint ledger, std::string sale)
    : ledger_{std::move(ledger)}, sale_{std::move(sale)}, thread_{[this] { read(); }} {}

journal_record::~journal_record() {
    over_ = true;
    thread_.join();
}

std::function<bool()> journal_record::read_from_now() {
    // A reading that has begun may be past what was just written: the next one is not.
    return [this, wanted = begun_ + 1] { return finished_ >= wanted; };
}

std::map<ledger_version, journal_fields> journal_record::all() {
    if (!test::wait_until(read_from_now())) throw std::runtime_error{"the journal cannot be read"};
    const std::lock_guard lock{mutex_};
    return entries_;
}

std::vector<ledger_version> journal_record::changed() {
    const auto first_read = all();
    std::vector<ledger_version> changed;
    patient_session session{ledger_};
    ledger_version last;
    const auto compare = [&](ledger_version at, const journal_fields& fields) {
        last = at;
        const auto known = first_read.find(at);
        if (known == first_read.end() || known->second != fields) changed.push_back(at);
    };
    const auto is_read = [&] {
        const auto count = read_behind(session, sale_, last, compare);
        return count && *count < piece;
    };
    if (!test::wait_until(is_read)) throw std::runtime_error{"the journal cannot be read again"};
    return changed;
}

void journal_record::read() {
    patient_session session{ledger_};
    ledger_version last;
    while (!over_) {
        const auto reading = ++begun_;
        for (bool more = true; more && !over_;) {
            const auto count =
                read_behind(session, sale_, last, [&](ledger_version at, auto fields) {
                    last = at;
                    const std::lock_guard lock{mutex_};
                    entries_.emplace(at, std::move(fields));
                });
            if (!count) break;
            more = *count == piece;
            if (!more) finished_ = reading;
        }
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace onsale::nemesis
