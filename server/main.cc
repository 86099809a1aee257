// opgangd: parses, wires and runs; everything else is in the libraries.
#include "server/commands/commands.h"

int main(int argc, char** argv) { return opgang::RunOpgangd(argc, argv); }
