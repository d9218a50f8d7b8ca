import DroverCore

/// The quantised copies that are kept, and which of them go. Pure: the bench removes what it says.
///
/// A copy in use never goes. Of the others, one goes when nobody used it for ``keep``, or earlier where room is needed
/// for a new one: then the one that was used longest ago first.
struct QuantizeShelf {
  struct Copy: Hashable, Sendable {
    /// Its file name.
    var name: String
    /// Bytes.
    var size: Int64
    /// When it was last known to be in use.
    var lastUsed: Timestamp
    /// Whether a model wants it, or a process serves it.
    var isInUse: Bool
  }

  /// How long a copy is kept that nobody uses: making it again takes minutes, and edits are taken back.
  static let keep = Duration.seconds(7 * 24 * 3600)

  /// Unused copies, the one that was used longest ago first.
  private var unused: [Copy]

  init(_ copies: [Copy]) {
    unused = copies.filter { !$0.isInUse }.sorted { ($0.lastUsed, $0.name) < ($1.lastUsed, $1.name) }
  }

  /// Those that nobody used for too long.
  func outdated(at now: Timestamp) -> [Copy] { unused.filter { $0.lastUsed + Self.keep <= now } }

  /// As few as free `bytes`; none if all of them together would not.
  func making(room bytes: Int64) -> [Copy] {
    var chosen: [Copy] = []
    var freed: Int64 = 0
    for copy in unused where freed < bytes {
      chosen.append(copy)
      freed += copy.size
    }
    return freed >= bytes ? chosen : []
  }
}
