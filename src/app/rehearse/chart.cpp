#include "chart.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace onsale::app {

namespace {

constexpr double width = 960;
constexpr double height = 420;
constexpr double left = 76;
constexpr double right = 940;
constexpr double top = 76;
constexpr double bottom = 372;

struct series {
    run_event what;
    std::string_view name;
    std::string_view style;  ///< the class that has the colour
};

/// In the order in which they are drawn: what is rare comes over what is not.
constexpr std::array all_series{
    series{run_event::arrival, "arrivals", "a"},
    series{run_event::refusal, "refusals", "n"},
    series{run_event::sale, "sales", "y"},
    series{run_event::retry, "without a clear answer", "u"},
};

constexpr std::string_view style = R"(<style>
svg { font: 13px system-ui, sans-serif }
.b { fill: #fff }
text { fill: #24292f } .t { font-size: 16px } .g { stroke: #d0d7de }
polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round }
.a { stroke: #8c959f } .n { stroke: #bc4c00 } .y { stroke: #1a7f37 } .u { stroke: #8250df }
@media (prefers-color-scheme: dark) {
.b { fill: #0d1117 } text { fill: #e6edf3 } .g { stroke: #30363d }
.a { stroke: #8b949e } .n { stroke: #f0883e } .y { stroke: #3fb950 } .u { stroke: #bc8cff }
}
</style>
)";

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            default:
                safe += c;
        }
    }
    return safe;
}

/// 12,345
std::string grouped(double value) {
    auto digits = fmt::format("{:.0f}", value);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
        digits.insert(static_cast<std::size_t>(place), ",");
    return digits;
}

/// Where things are on the picture.
class chart {
  public:
    explicit chart(const timeline& run) : run_{run}, slice_{seconds_of(run.width())} {
        const auto slices = std::max<std::size_t>(run.slices().size(), 1);
        seconds_ = slice_ * static_cast<double>(slices);
        double most = 1;
        for (const auto& slice : run.slices())
            most =
                std::max(most, static_cast<double>(*std::max_element(slice.begin(), slice.end())));
        rate_tick_ = tick_for(most / slice_, 5);
        rate_ = std::ceil(most / slice_ / rate_tick_) * rate_tick_;
    }

    [[nodiscard]] std::string axes() const {
        std::string text;
        for (int i = 0; i * rate_tick_ <= rate_ * 1.0001; ++i) {
            const auto at = y(i * rate_tick_);
            text += fmt::format(R"(<line class="g" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)",
                                left, right, at, at);
            text += label(left - 8, at + 4, "end", grouped(i * rate_tick_));
        }
        const auto tick = tick_for(seconds_, 8);
        for (int i = 0; i * tick <= seconds_ * 1.0001; ++i)
            text += label(x(i * tick), bottom + 20, "middle", fmt::format("{:g}", i * tick));
        text += label(right, bottom + 38, "end", "seconds since the start");
        return text + label(left - 60, top - 18, "start", "per second") + '\n';
    }

    [[nodiscard]] std::string line(const series& one) const {
        auto text = fmt::format(R"(<polyline class="{}" points=")", one.style);
        const auto& slices = run_.slices();
        for (std::size_t i = 0; i < slices.size(); ++i) {
            const auto count = static_cast<double>(slices[i][static_cast<std::size_t>(one.what)]);
            text += fmt::format("{:.1f},{:.1f} ", x((static_cast<double>(i) + 0.5) * slice_),
                                y(count / slice_));
        }
        return text + "\"/>\n";
    }

    [[nodiscard]] std::string legend() const {
        std::string text;
        double at = left + 80;
        for (const auto& one : all_series) {
            const auto name =
                grouped(static_cast<double>(run_.total(one.what))) + ' ' + std::string{one.name};
            text += fmt::format(R"(<polyline class="{}" stroke-width="3" points="{},{} {},{}"/>)",
                                one.style, at, top - 22, at + 22, top - 22);
            text += label(at + 28, top - 18, "start", name);
            at += 56 + 7.2 * static_cast<double>(name.size());
        }
        return text + '\n';
    }

    static std::string label(double x, double y, std::string_view anchor, std::string_view text) {
        return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", x, y,
                           anchor, text);
    }

  private:
    static double seconds_of(std::chrono::microseconds time) {
        return std::chrono::duration<double>{time}.count();
    }
    [[nodiscard]] double x(double seconds) const {
        return left + (right - left) * seconds / seconds_;
    }
    [[nodiscard]] double y(double rate) const { return bottom - (bottom - top) * rate / rate_; }

    const timeline& run_;
    double slice_;
    double seconds_ = 1;
    double rate_ = 1;
    double rate_tick_ = 1;
};

}  // namespace

double tick_for(double most, int parts) {
    const auto rough = most / parts;
    const auto power = std::pow(10, std::floor(std::log10(rough)));
    for (const double step : {1., 2., 5.}) {
        if (step * power >= rough * 0.9999) return step * power;
    }
    return 10 * power;
}

std::string chart_title(const rehearsal_plan& plan) {
    auto title = fmt::format("{}: {} buyers over {} {} connections", plan.sale,
                             grouped(static_cast<double>(plan.buyers)), plan.connections,
                             plan.one_shot ? "one-shot" : "kept");
    if (plan.rate > 0) title += fmt::format(", {} a second", grouped(plan.rate));
    return title;
}

std::string draw_chart(const timeline& run, const std::string& title) {
    const chart drawn{run};
    auto text =
        fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img">)",
                    width, height);
    text += '\n';
    text += style;
    text += R"(<rect class="b" width="100%" height="100%"/>)";
    text += fmt::format("<title>{0}</title>\n<text class=\"t\" x=\"{1}\" y=\"30\">{0}</text>\n",
                        escaped(title), left - 60);
    text += drawn.legend() + drawn.axes();
    for (const auto& one : all_series) {
        if (run.total(one.what) > 0) text += drawn.line(one);
    }
    return text + "</svg>\n";
}

}  // namespace onsale::app
