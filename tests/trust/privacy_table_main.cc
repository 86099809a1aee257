// Prints docs/privacy.md:   build/bin/privacy_table > docs/privacy.md
#include <cstdio>

#include "tests/trust/privacy_table.h"

int main() {
  std::fputs(opgang::PrivacyDocument().c_str(), stdout);
  return 0;
}
