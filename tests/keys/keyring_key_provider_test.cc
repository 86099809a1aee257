// What the kernel keyring adds to the contract: other processes, permissions, and machines that refuse it.
#include <errno.h>
#include <gtest/gtest.h>
#include <keyutils.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "opgang/key_provider.h"
#include "tests/keys/dial_clock.h"

namespace opgang {
namespace {

// From now on the system calls `first` and `second` fail with `error`, as under a container's default
// profile.
bool RefuseCalls(unsigned first, unsigned second, int error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, second, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}
bool RefuseKeyring(int error) { return RefuseCalls(__NR_keyctl, __NR_add_key, error); }

// Runs `body` in a process of its own; true where it returned true.
bool InAnotherProcess(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class KeyringKeyProviderTest : public ::testing::Test {
 protected:
  ~KeyringKeyProviderTest() override { EXPECT_TRUE(keys_->Forget(store_).ok()); }

  bool Recalls(KeyProvider& keys, const std::string& key) const {
    const auto recalled = keys.Recall(store_);
    return recalled.ok() && recalled->has_value() && (*recalled)->Reveal() == key;
  }
  long FindKey() const {
    return keyctl_search(KEY_SPEC_USER_KEYRING, "user", ("opgang:" + store_.ToString()).c_str(), 0);
  }
  // "type;uid;gid;permissions;description"; empty where there is no such key.
  std::string Described() const {
    char text[200] = {};
    keyctl_describe(static_cast<key_serial_t>(FindKey()), text, sizeof(text) - 1);
    return text;
  }
  // The line of this store's key in /proc/keys; empty where a container hides that file.
  std::string ProcLine() const {
    std::ifstream file("/proc/keys");
    for (std::string line; std::getline(file, line);) {
      if (line.find("opgang:" + store_.ToString()) != std::string::npos) return line;
    }
    return {};
  }

  DialClock clock_;
  std::unique_ptr<KeyProvider> keys_ = MakeKeyringKeyProvider(clock_);
  const StoreId store_ = StoreId::Make(absl::UnixEpoch(), SystemRandom());
};

TEST_F(KeyringKeyProviderTest, AKeyRememberedByAProcessThatEndedIsRecalledByTheNext) {
  const bool remembered =
      InAnotherProcess([this] { return keys_->Remember(store_, SecretBytes("key"), absl::Hours(1)).ok(); });
  EXPECT_EQ(remembered, keys_->available());
  EXPECT_EQ(Recalls(*keys_, "key"), keys_->available());
}

TEST_F(KeyringKeyProviderTest, ASessionThatDoesNotLeadToTheUserKeyringRecallsTheKeyToo) {
  const bool remembered = keys_->Remember(store_, SecretBytes("key"), absl::Hours(1)).ok();
  EXPECT_EQ(remembered, keys_->available());
  EXPECT_EQ(remembered, InAnotherProcess([this] {
              return keyctl_join_session_keyring(nullptr) >= 0 && Recalls(*keys_, "key");
            }));
}

TEST_F(KeyringKeyProviderTest, OnlyPossessorsMayTouchTheKeyAndTheKernelRemovesItInTime) {
  const bool remembered = keys_->Remember(store_, SecretBytes("key"), absl::Minutes(90)).ok();
  EXPECT_EQ(remembered, keys_->available());
  // 3f = everything for possessors, 00 for the user, the group and the others.
  EXPECT_EQ(Described().find(";3f000000;opgang:") != std::string::npos, remembered) << Described();
  EXPECT_EQ(ProcLine().find(" perm "), std::string::npos) << "a key without a timeout: " << ProcLine();
}

TEST_F(KeyringKeyProviderTest, AKeyThatTheKernelRevokedIsNotRememberedAndCanBeReplaced) {
  const bool works = keys_->Remember(store_, SecretBytes("old"), absl::Hours(1)).ok();
  EXPECT_EQ(works, keys_->available());
  const long key = FindKey();
  EXPECT_EQ(key >= 0, works);
  EXPECT_EQ(keyctl_revoke(static_cast<key_serial_t>(key)) == 0, works);
  EXPECT_TRUE(keys_->Recall(store_).ok());
  EXPECT_FALSE(keys_->Recall(store_)->has_value());
  EXPECT_EQ(keys_->Remember(store_, SecretBytes("new"), absl::Hours(1)).ok(), works);
  EXPECT_EQ(Recalls(*keys_, "new"), works);
}

TEST_F(KeyringKeyProviderTest, AKeyThatSomebodyElseWroteIsNotHandedOut) {
  const bool works = keys_->available();
  const std::string name = "opgang:" + store_.ToString();
  for (const std::string& foreign :
       {std::string("x"), std::string(8, 'x'), std::string(9, '\xff'), std::string(5000, '\1')}) {
    EXPECT_EQ(add_key("user", name.c_str(), foreign.data(), foreign.size(), KEY_SPEC_USER_KEYRING) >= 0,
              works);
    const auto recalled = keys_->Recall(store_);
    EXPECT_TRUE(recalled.ok()) << recalled.status();
    EXPECT_FALSE(recalled->has_value());
  }
}

TEST_F(KeyringKeyProviderTest, WhereTheKeyringIsRefusedNothingIsRememberedAndNothingFails) {
  for (const int error : {EPERM, ENOSYS, EACCES}) {
    EXPECT_TRUE(InAnotherProcess([this, error] {
      if (!RefuseKeyring(error) || keys_->available()) return false;
      const absl::Status remembered = keys_->Remember(store_, SecretBytes("key"), absl::Hours(1));
      const auto recalled = keys_->Recall(store_);
      return remembered.code() == absl::StatusCode::kUnavailable && recalled.ok() && !recalled->has_value() &&
             keys_->Forget(store_).ok();
    })) << error;
  }
}

TEST_F(KeyringKeyProviderTest, AUsedUpQuotaIsSaidAndTheOlderKeyStays) {
  const bool works = keys_->Remember(store_, SecretBytes("old"), absl::Hours(1)).ok();
  EXPECT_TRUE(InAnotherProcess([this, works] {
    if (!RefuseCalls(__NR_add_key, __NR_add_key, EDQUOT)) return false;
    const absl::Status remembered = keys_->Remember(store_, SecretBytes("new"), absl::Hours(1));
    return !works || (remembered.code() == absl::StatusCode::kResourceExhausted && Recalls(*keys_, "old"));
  }));
}

TEST_F(KeyringKeyProviderTest, AKeyOfNoOrTooManyBytesIsAMistakeOfTheCaller) {
  for (const size_t size : {size_t{0}, size_t{257}}) {
    EXPECT_EQ(keys_->Remember(store_, SecretBytes(std::string(size, 'k')), absl::Hours(1)).code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace opgang
