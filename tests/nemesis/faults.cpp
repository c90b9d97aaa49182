#include "nemesis/faults.hpp"

namespace onsale::nemesis {

std::vector<fault> all_faults(const abilities& of) {
    std::vector<fault> all;
    add_process_faults(all);
    add_network_faults(all);
    static_cast<void>(of);
    return all;
}

}  // namespace onsale::nemesis
