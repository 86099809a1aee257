#include "server/identity/key_store.h"

#include <sodium.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "server/identity/certificate_names.h"

namespace opgang {
namespace {

namespace fs = std::filesystem;

constexpr char kKeys[] = "keys", kKeysInTheMaking[] = "keys.new";
constexpr char kCaCertificate[] = "ca.pem", kCaKey[] = "ca.key", kServer[] = "server.pem";
constexpr char kBox[] = "box.key", kStorage[] = "storage.key";
constexpr size_t kRawKeySize = 32, kCheckSize = 16, kMaxFileSize = 64 << 10;
constexpr std::string_view kCertificateBegins = "-----BEGIN CERTIFICATE-----";

absl::Status Damaged(std::string_view file) {
  return MakeError(ErrorCode::kDamaged,
                   "keys/" + std::string(file) + " is missing or damaged; restore keys/");
}

// 32 random bytes look like any other: the check tells a damaged key before anything is sealed with it.
std::string CheckOf(const SecretBytes& key, std::string_view name) {
  return KeyedDigest(key, "opgang key file " + std::string(name), kCheckSize);
}

absl::Status WriteRawKey(const fs::path& path, const SecretBytes& key) {
  std::string content(key.Reveal());
  content += CheckOf(key, path.filename().string());
  const absl::Status written = WriteFileDurably(path, content);
  sodium_memzero(content.data(), content.size());
  return written;
}

// A missing file of the five is damage, whatever the reason it is missing for. A restored backup may have
// lost the modes, so they are set before anything is read.
absl::StatusOr<SecretBytes> ReadRequired(const fs::path& path) {
  std::error_code error;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
  absl::StatusOr<std::string> content = ReadWholeFile(path, kMaxFileSize);
  if (content.ok()) {
    SecretBytes secret(*content);
    sodium_memzero(content->data(), content->size());
    return secret;
  }
  if (GetErrorCode(content.status()) != ErrorCode::kNotFound) return content.status();
  return Damaged(path.filename().string());
}

absl::StatusOr<SecretBytes> ReadRawKey(const fs::path& path) {
  ASSIGN_OR_RETURN(const SecretBytes content, ReadRequired(path));
  const std::string name = path.filename().string();
  if (content.size() != kRawKeySize + kCheckSize) return Damaged(name);
  SecretBytes key(content.Reveal().substr(0, kRawKeySize));
  if (content.Reveal().substr(kRawKeySize) != CheckOf(key, name)) return Damaged(name);
  return key;
}

SecretBytes RandomKey(Random& random) {
  std::string bytes = random.Bytes(kRawKeySize);
  SecretBytes key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

// Private key first, then the certificate: one file, one rename.
absl::Status WriteServer(const fs::path& keys, const CertifiedKey& server) {
  std::string content(server.private_key_pem.Reveal());
  content += server.certificate_pem;
  const absl::Status written = WriteFileDurably(keys / kServer, content);
  sodium_memzero(content.data(), content.size());
  return written;
}

absl::StatusOr<CertifiedKey> ReadServer(const fs::path& keys, const CertifiedKey& ca) {
  ASSIGN_OR_RETURN(const SecretBytes content, ReadRequired(keys / kServer));
  const std::string_view text = content.Reveal();
  const size_t certificate_at = text.find(kCertificateBegins);
  if (certificate_at == std::string_view::npos) return Damaged(kServer);
  CertifiedKey server{std::string(text.substr(certificate_at)), SecretBytes(text.substr(0, certificate_at))};
  if (!IsKeyPair(server) || !IsIssuedBy(server.certificate_pem, ca)) return Damaged(kServer);
  return server;
}

absl::StatusOr<CertifiedKey> ReadCa(const fs::path& keys) {
  ASSIGN_OR_RETURN(const SecretBytes certificate, ReadRequired(keys / kCaCertificate));
  ASSIGN_OR_RETURN(SecretBytes key, ReadRequired(keys / kCaKey));
  CertifiedKey ca{std::string(certificate.Reveal()), std::move(key)};
  if (!IsKeyPair(ca) || !IsIssuedBy(ca.certificate_pem, ca)) return Damaged(kCaKey);
  return ca;
}

// Everything but the server's certificate, which the caller reads or issues.
absl::StatusOr<BaseKeys> ReadLastingKeys(const fs::path& keys) {
  BaseKeys base;
  ASSIGN_OR_RETURN(base.ca, ReadCa(keys));
  ASSIGN_OR_RETURN(const SecretBytes box_seed, ReadRawKey(keys / kBox));
  base.box = BoxKeyPairFromSeed(box_seed);
  ASSIGN_OR_RETURN(base.storage_key, ReadRawKey(keys / kStorage));
  return base;
}

absl::Status IssueServer(const fs::path& keys, const std::vector<std::string>& hosts, Random& random,
                         BaseKeys& base) {
  ASSIGN_OR_RETURN(base.server, IssueServerCertificate(base.ca, hosts, random));
  return WriteServer(keys, base.server);
}

absl::Status FillNewDirectory(const fs::path& keys, const std::vector<std::string>& hosts, Random& random) {
  BaseKeys base;
  ASSIGN_OR_RETURN(base.ca, MakeCertificateAuthority(random));
  RETURN_IF_ERROR(WriteFileDurably(keys / kCaCertificate, base.ca.certificate_pem));
  RETURN_IF_ERROR(WriteFileDurably(keys / kCaKey, base.ca.private_key_pem.Reveal()));
  RETURN_IF_ERROR(WriteRawKey(keys / kBox, RandomKey(random)));
  RETURN_IF_ERROR(WriteRawKey(keys / kStorage, RandomKey(random)));
  return IssueServer(keys, hosts, random, base);
}

absl::Status MakeEmptyDirectory(const fs::path& directory) {
  std::error_code ignored;
  fs::remove_all(directory, ignored);
  return mkdir(directory.c_str(), 0700) == 0 ? absl::OkStatus() : StatusOfErrno(errno, "making keys.new");
}

// All five appear at once, also after a power cut.
absl::Status Publish(const fs::path& made, const fs::path& keys) {
  RETURN_IF_ERROR(SyncDirectory(made));
  if (rename(made.c_str(), keys.c_str()) != 0) return StatusOfErrno(errno, "renaming keys.new");
  return SyncDirectory(keys.parent_path());
}

// What an interrupted creation left was never used: it is removed first.
absl::Status CreateKeys(const fs::path& directory, const std::vector<std::string>& hosts, Random& random) {
  const fs::path making = directory / kKeysInTheMaking;
  RETURN_IF_ERROR(MakeEmptyDirectory(making));
  absl::Status created = FillNewDirectory(making, hosts, random);
  if (created.ok()) created = Publish(making, directory / kKeys);
  std::error_code ignored;
  if (!created.ok()) fs::remove_all(making, ignored);
  return created;
}

// Whether keys/ is there, be it unreadable. What is there is never made anew.
bool HasKeys(const fs::path& directory) {
  std::error_code error;
  return fs::symlink_status(directory / kKeys, error).type() != fs::file_type::not_found;
}

}  // namespace

absl::StatusOr<BaseKeys> LoadOrCreateBaseKeys(const fs::path& directory,
                                              const std::vector<std::string>& hosts, Random& random) {
  ASSIGN_OR_RETURN(const std::vector<std::string> wanted, CanonicalHosts(hosts));
  if (!HasKeys(directory)) RETURN_IF_ERROR(CreateKeys(directory, wanted, random));
  const fs::path keys = directory / kKeys;
  std::error_code ignored;
  fs::permissions(keys, fs::perms::owner_all, ignored);
  ASSIGN_OR_RETURN(BaseKeys base, ReadLastingKeys(keys));
  absl::StatusOr<CertifiedKey> server = ReadServer(keys, base.ca);
  if (server.ok() && HostsOf(server->certificate_pem) == wanted) {
    base.server = *std::move(server);
  } else {
    RETURN_IF_ERROR(IssueServer(keys, wanted, random, base));
  }
  return base;
}

absl::StatusOr<BaseKeys> LoadKeysCopy(const fs::path& keys) { return ReadLastingKeys(keys); }

absl::Status AdoptKeysCopy(const fs::path& keys, const fs::path& directory) {
  if (HasKeys(directory)) return MakeError(ErrorCode::kBadInput, "this base has keys already");
  const fs::path making = directory / kKeysInTheMaking;
  RETURN_IF_ERROR(MakeEmptyDirectory(making));
  for (const char* name : {kCaCertificate, kCaKey, kBox, kStorage}) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(keys / name));
    RETURN_IF_ERROR(WriteFileDurably(making / name, bytes));
  }
  return Publish(making, directory / kKeys);
}

absl::StatusOr<BaseKeys> LoadBaseKeys(const fs::path& directory) {
  if (!HasKeys(directory))
    return MakeError(
        ErrorCode::kNotFound,
        "no base has been served from this directory: name the right one with --data, or serve once");
  const fs::path keys = directory / kKeys;
  ASSIGN_OR_RETURN(BaseKeys base, ReadLastingKeys(keys));
  ASSIGN_OR_RETURN(base.server, ReadServer(keys, base.ca));
  return base;
}

}  // namespace opgang
