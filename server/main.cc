// opgangd: parses, wires and runs; everything else is in the libraries.
#include "google/protobuf/stubs/logging.h"
#include "server/commands/commands.h"

int main(int argc, char** argv) {
  google::protobuf::SetLogHandler(
      nullptr);  // what cannot be parsed is told in our own words, where it matters
  return opgang::RunOpgangd(argc, argv);
}
