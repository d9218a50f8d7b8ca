import Crypto
import DroverCore

/// The models of a server, with what they were read from: a listing of ten thousand models comes in every few seconds,
/// and is nearly always the one before.
struct Listing: Sendable, Equatable {
  /// Sorted by id, each once.
  var models: [ListedModel]
  private var digest: SHA256Digest?

  init(models: [ListedModel], digest: SHA256Digest? = nil) {
    self.models = models
    self.digest = digest
  }

  /// The listing in these bodies: `previous` as it is where nothing changed, so that nobody has to compare its models.
  /// Nil where `read` finds none.
  static func read(
    _ bodies: [[UInt8]], previous: Listing?, _ read: ([[UInt8]]) -> [ListedModel]?
  ) -> Listing? {
    var hash = SHA256()
    for body in bodies { hash.update(data: body) }
    let digest = hash.finalize()
    if let previous, previous.digest == digest { return previous }
    guard let models = read(bodies) else { return nil }
    return Listing(models: models == previous?.models ? previous?.models ?? models : models, digest: digest)
  }
}
