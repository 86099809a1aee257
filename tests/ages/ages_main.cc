// ages golden | home: writes the golden bytes, or the made-up base and tablet, of this schema anew. Only when asked: what
// they are for is that they stay.
#include <iostream>
#include <string_view>

#include "tests/ages/golden.h"
#include "tests/ages/made_up_home.h"

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "golden") {
    opgang::ages::WriteGolden();
  } else if (what == "home") {
    opgang::ages::WriteHome();
  } else {
    std::cerr
        << "usage: ages golden | home   writes tests/ages/golden or tests/ages/homes of this schema anew\n";
    return 2;
  }
  return 0;
}
