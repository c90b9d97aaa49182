#include "onsale/app/command_line.hpp"

int main(int argc, char** argv) {
    return onsale::app::run(argc, argv);
}
