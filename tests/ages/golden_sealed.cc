// Every sealed form, digest and file format, from fixed keys, content and nonces; and how each is opened again.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "client-lib/src/store/queue_row.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/checksum/scope_sum.h"
#include "core/sealing/sealing.h"
#include "core/sealing/stream_sealing.h"
#include "server/backup/backup_file.h"
#include "server/backup/backup_keys.h"
#include "tests/ages/golden.h"
#include "tests/simulation/prng.h"
#include "tests/support/test_base.h"

namespace opgang::ages {
namespace {

using Read = absl::StatusOr<std::string>;

struct Form {
  std::string name;
  std::string about;
  std::function<std::string(Random&)> make;
  std::function<Read(const std::string&)> read;
};

constexpr char kContent[] = "Humlebakken 20B, 2. th";
constexpr char kEnvelope[] = "an envelope's bytes";
constexpr char kPassphrase[] = "seven green doors";
constexpr char kCode[] = "K7F29QXM3TBHW";

SecretBytes Key(char fill) { return SecretBytes(std::string(32, fill)); }
BoxKeyPair Box() { return BoxKeyPairFromSeed(Key('x')); }
SignKeyPair Signer() { return SignKeyPairFromSeed(Key('s')); }
RecordId Record() { return *RecordId::FromBytes(std::string(16, 'r')); }
ReplicaId Replica() { return *ReplicaId::FromBytes(std::string(16, 'p')); }
Scope Area() { return {v1::SCOPE_KIND_AREA, AreaId::FromBytes(std::string(16, 'a'))->uuid()}; }
std::string Token() { return std::string(32, 't'); }
std::string Binding() { return RowBinding("records", Record().ToBytes(), 7, 1); }

std::string FileBytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A directory for as long as this lives.
class Scratch {
 public:
  Scratch() : directory_(MakeTestDirectory()) {}
  ~Scratch() { std::filesystem::remove_all(directory_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path operator/(const char* name) const { return directory_ / name; }

 private:
  const std::filesystem::path directory_;
};

// A digest opens nothing: it must come out the same for ever, or a retry looks like other work (I2).
Read SameDigest(const std::string& bytes) { return Hex(bytes); }

std::string MakeBackup(Random& random) {
  const Scratch scratch;
  WriteBytes(scratch / "image", std::string(1000, 'i'));
  v1::BackupManifest manifest;
  manifest.set_backup_id(std::string(16, 'k'));
  manifest.set_epoch(std::string(16, 'e'));
  manifest.set_rev(7);
  manifest.set_image_bytes(1000);
  v1::BackupTrailer trailer;
  trailer.set_receipt_secret(std::string(32, 'q'));
  const auto written =
      WriteBackupFile(scratch / "backup", scratch / "image", manifest, trailer, Box().public_key, random);
  return written.ok() ? FileBytes(scratch / "backup") : std::string(written.status().message());
}

Read OpenBackup(const std::string& bytes) {
  const Scratch scratch;
  WriteBytes(scratch / "backup", bytes);
  ASSIGN_OR_RETURN(const OpenedBackup opened, OpenBackupFile(scratch / "backup", Box(), scratch / "image"));
  return opened.manifest.ShortDebugString() + "\n" + ReceiptText(opened.trailer.receipt_secret()) + "\n" +
         std::to_string(FileBytes(scratch / "image").size()) + " bytes of image\n";
}

std::string MakeKeyFile(Random& random, const char* which) {
  const Scratch scratch;
  const absl::Status made = MakeBackupKey(scratch / "offline", random);
  return made.ok() ? FileBytes(scratch / which) : std::string(made.message());
}

Read ReadSecretHalf(const std::string& bytes) {
  const Scratch scratch;
  WriteBytes(scratch / "offline", bytes);
  ASSIGN_OR_RETURN(const BoxKeyPair keys, ReadBackupSecret(scratch / "offline"));
  return Hex(keys.public_key);
}

Read ReadPublicHalf(const std::string& bytes) {
  const Scratch scratch;
  WriteBytes(scratch / "offline.pub", bytes);
  ASSIGN_OR_RETURN(const std::string key, ReadBackupPublicKey(scratch / "offline.pub"));
  return Hex(key);
}

QueueRow Row() {
  QueueRow row;
  row.position = 3;
  row.seq = 2;
  row.intent_id = std::string(16, 'i');
  row.envelope = kEnvelope;
  row.key_id = std::string(16, 'k');
  row.sealed_payload = "sealed";
  row.state = RowState::kRefused;
  row.code = v1::REFUSAL_CODE_TOO_LONG;
  row.field = 4;
  row.settled = true;
  row.why = WhyQueued::kCorrection;
  return row;
}

std::vector<Form> Forms() {
  return {
      {"digest/derived-key", "a key made of the base's storage key for one purpose",
       [](Random&) { return std::string(DeriveKey(Key('m'), "mutation digests").Reveal()); }, SameDigest},
      {"digest/mutation", "base.db, log.digest: tells a retry from other work under the same id",
       [](Random&) { return KeyedDigest(Key('d'), std::string(kEnvelope) + '\0' + kContent, 16); },
       SameDigest},
      {"digest/queue-row", "queue.db, mutations.checksum", [](Random&) { return RowChecksum(Row()); },
       SameDigest},
      {"digest/queue-state", "queue.db, state.checksum", [](Random&) { return BytesChecksum(kContent); },
       SameDigest},
      {"digest/row-sum", "base.db, feed.row_sum, and what a device counts",
       [](Random&) {
         return RowSum(ScopeSumKey(Key('m'), Area()),
                       {std::string(16, 'r'), 4, 7, std::string(16, 'r'), kContent})
             .ToBytes();
       },
       SameDigest},
      {"digest/scope-sum-key", "Grant.sum_key",
       [](Random&) { return std::string(ScopeSumKey(Key('m'), Area()).Reveal()); }, SameDigest},
      {"digest/row-binding", "associated data of every sealed row", [](Random&) { return Binding(); },
       SameDigest},
      {"file/backup", "what 'opgangd backup --to' writes", MakeBackup, OpenBackup},
      {"file/backup-key", "the offline key, secret half",
       [](Random& random) { return MakeKeyFile(random, "offline"); }, ReadSecretHalf},
      {"file/backup-key-public", "the offline key, public half",
       [](Random& random) { return MakeKeyFile(random, "offline.pub"); }, ReadPublicHalf},
      {"file/invitation", "what 'opgangd invite' writes",
       [](Random& random) { return SealInvitation(kContent, kCode, PassphraseCost::ForTests(), random); },
       [](const std::string& bytes) { return OpenInvitation(bytes, kCode); }},
      {"sealed/mutation", "SealedMutation.sealed_payload, queue.db",
       [](Random& random) { return Seal(Key('q'), kContent, kEnvelope, random); },
       [](const std::string& bytes) { return Open(Key('q'), bytes, kEnvelope); }},
      {"sealed/queue-key", "QueueKey.wrapped_for_base and wrapped_for_store, QueueState.undo_note",
       [](Random&) { return SealToPublicKey(Box().public_key, Key('q').Reveal()); },
       [](const std::string& bytes) -> Read {
         ASSIGN_OR_RETURN(const std::string opened, OpenSealedBox(Box(), bytes));
         return Hex(opened);
       }},
      {"sealed/row", "base.db and confirmed.db, every content",
       [](Random& random) { return Seal(Key('k'), kContent, Binding(), random); },
       [](const std::string& bytes) { return Open(Key('k'), bytes, Binding()); }},
      {"sealed/store-key", "store.pb: WrappedStoreKey",
       [](Random& random) {
         return WrapStoreKey(Key('w'), kPassphrase, PassphraseCost::ForTests(), random).SerializeAsString();
       },
       [](const std::string& bytes) -> Read {
         v1::WrappedStoreKey wrapped;
         if (!wrapped.ParseFromString(bytes)) return MakeError(ErrorCode::kDamaged, "no wrapped key");
         ASSIGN_OR_RETURN(const SecretBytes key, UnwrapStoreKey(wrapped, kPassphrase));
         return Hex(key.Reveal());
       }},
      {"signed/read-proof", "Hello.read_proof",
       [](Random&) { return MakeReadProof(Signer(), Replica(), Token()); },
       [](const std::string& bytes) -> Read {
         const bool good = CheckReadProof(Signer().public_key, Replica(), Token(), bytes);
         return good ? Read("good\n") : MakeError(ErrorCode::kDamaged, "no proof");
       }},
      {"words/receipt", "what 'opgangd restore --check' prints",
       [](Random&) { return ReceiptText(std::string(32, 'q')); },
       [](const std::string& bytes) -> Read {
         ASSIGN_OR_RETURN(const std::string hash, ReceiptHash(bytes));
         return Hex(hash);
       }},
  };
}

}  // namespace

std::vector<Golden> SealedGolden() {
  std::vector<Golden> all;
  for (const Form& form : Forms()) {
    simulation::SeedSodium(1);  // sealed boxes and streams draw from libsodium itself
    simulation::Prng random(1);
    Golden golden{form.name, form.about, form.make(random), ""};
    const Read read = form.read(golden.bytes);
    EXPECT_EQ(read.status(), absl::OkStatus()) << form.name << " does not open again";
    golden.reads = read.value_or("");
    if (!golden.reads.ends_with('\n')) golden.reads += '\n';
    all.push_back(std::move(golden));
  }
  return all;
}

absl::StatusOr<std::string> ReadSealed(std::string_view name, const std::string& bytes) {
  for (const Form& form : Forms()) {
    if (form.name != name) continue;
    ASSIGN_OR_RETURN(std::string read, form.read(bytes));
    if (!read.ends_with('\n')) read += '\n';
    return read;
  }
  return MakeError(ErrorCode::kNotFound, "nothing is sealed in this form any more");
}

}  // namespace opgang::ages
