#include "commands.hpp"

#include "onsale/core/sabotage.hpp"

#include <cstdio>

// Compiled with ONSALE_SABOTAGE only.

namespace onsale::app {

void add_sabotage(CLI::App& program, int& status) {
    auto* command = program.add_subcommand(
        "sabotage",
        "Print where this build can be made to die or to stop, and which bugs it can be given");
    command->footer(
        "A process has them by its environment:\n"
        "  ONSALE_FAILPOINT=before_commit:3 onsale orders        dies at the third passing\n"
        "  ONSALE_FAILPOINT=before_commit:3:stop onsale orders   stops there, until SIGCONT\n"
        "  ONSALE_FAILPOINT=before_commit:3:term onsale orders   tells itself there to end\n"
        "  ONSALE_MUTANT=oversell_by_one onsale serve            has the bug");
    command->callback([&status] {
        for (const auto& one : sabotage::all_names()) {
            std::printf("%.*s %.*s: %.*s\n", static_cast<int>(one.kind.size()), one.kind.data(),
                        static_cast<int>(one.name.size()), one.name.data(),
                        static_cast<int>(one.sentence.size()), one.sentence.data());
        }
        status = done;
    });
}

}  // namespace onsale::app
