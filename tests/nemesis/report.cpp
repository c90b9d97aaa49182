#include "nemesis/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <fstream>

namespace onsale::nemesis {

namespace json = boost::json;

namespace {

std::int64_t count_of(const outcome_of_rounds& of, const fault& one) {
    const auto found = of.injected.find(one.name);
    return found == of.injected.end() ? 0 : found->second;
}

void line(std::int64_t count, const std::string& what) {
    std::printf("  %8lld  %s\n", static_cast<long long>(count), what.c_str());
}

}  // namespace

void print_report(const outcome_of_rounds& of, const std::vector<fault>& faults) {
    std::printf("\nfaults injected\n");
    for (const auto& one : faults) {
        line(count_of(of, one),
             one.name + (one.impossible.empty() ? "" : " (not here: " + one.impossible + ")"));
    }
    std::printf("\nwhat has to happen sometimes\n");
    for (std::size_t i = 0; i < events; ++i)
        line(of.reached.of(static_cast<event>(i)), std::string{name_of(static_cast<event>(i))});
    std::printf("\n   checked     wrong\n");
    for (std::size_t i = 0; i < checks; ++i) {
        const auto one = static_cast<check>(i);
        std::printf("  %8lld  %8lld  %s\n", static_cast<long long>(of.found.seen(one)),
                    static_cast<long long>(of.found.count(one)), std::string{name_of(one)}.c_str());
    }
    std::printf(
        "\n%lld rounds, %lld requests, %lld purchases, %lld tickets told, %lld versions; "
        "the slowest answer of a node took %lld ms\n",
        static_cast<long long>(of.rounds), static_cast<long long>(of.requests),
        static_cast<long long>(of.purchases), static_cast<long long>(of.tickets),
        static_cast<long long>(of.versions), static_cast<long long>(of.slowest_ms));
    for (const auto& sentence : of.found.sentences())
        std::printf("WRONG %s\n", sentence.c_str());
    std::fflush(stdout);
}

void write_json(const outcome_of_rounds& of, const std::vector<fault>& faults, std::uint64_t seed,
                const std::string& file) {
    json::object injected;
    for (const auto& one : faults)
        injected[one.name] = count_of(of, one);
    json::object reached;
    for (std::size_t i = 0; i < events; ++i)
        reached[name_of(static_cast<event>(i))] = of.reached.of(static_cast<event>(i));
    json::object checked;
    for (std::size_t i = 0; i < checks; ++i) {
        const auto one = static_cast<check>(i);
        checked[name_of(one)] = {{"checked", of.found.seen(one)}, {"wrong", of.found.count(one)}};
    }
    json::array wrong;
    for (const auto& sentence : of.found.sentences())
        wrong.emplace_back(sentence);
    const json::object all{{"seed", seed},
                           {"rounds", of.rounds},
                           {"requests", of.requests},
                           {"purchases", of.purchases},
                           {"tickets", of.tickets},
                           {"versions", of.versions},
                           {"slowest_ms", of.slowest_ms},
                           {"faults", std::move(injected)},
                           {"events", std::move(reached)},
                           {"checks", std::move(checked)},
                           {"wrong", std::move(wrong)}};
    std::ofstream{file} << json::serialize(all) << '\n';
}

std::vector<std::string> not_reached_by(const outcome_of_rounds& of,
                                        const std::vector<fault>& faults) {
    std::vector<std::string> missing;
    for (const auto& one : faults) {
        if (one.impossible.empty() && count_of(of, one) == 0) missing.push_back(one.name);
    }
    for (std::size_t i = 0; i < events; ++i) {
        const auto one = static_cast<event>(i);
        if (of.reached.of(one) == 0) missing.emplace_back(name_of(one));
    }
    return missing;
}

}  // namespace onsale::nemesis
