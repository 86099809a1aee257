// stdin in raw mode, for as long as a question stands there.
#ifndef OPGANG_CLI_CLIENT_RAW_MODE_H_
#define OPGANG_CLI_CLIENT_RAW_MODE_H_

#include <termios.h>
#include <unistd.h>

namespace opgang::cli {

// Keys one by one and unseen while it lives. Ctrl-C arrives as a key, so that leaving is an answer like any
// other.
class RawMode {
 public:
  RawMode() : changed_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!changed_) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  }
  ~RawMode() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

 private:
  termios before_{};
  bool changed_;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_RAW_MODE_H_
