/// Who may use the gateway, by the digests of keys. Immutable, and part of the ``RoutingTable``, so that a request is
/// judged by one state of the manifests. Pure: what time it is, and what secrets the host keeps, is told to it.
package struct AccessTable: Sendable {
  /// A digest and whom it stands for.
  private struct Entry {
    var holder: Int
    /// The instant from which it is refused; nil: it has no end.
    var notAfter: Timestamp?
    /// Whether the digest stood in a manifest, where only keys of ``GeneratedKey`` are taken.
    var isPublished: Bool
  }

  private struct Holder {
    var grant: AccessGrant
    var isDisabled: Bool
  }

  /// Whether a request needs a key: there is an AccessKey, or there was one before.
  package private(set) var needsKey: Bool
  private var holders: [Holder] = []
  private var entries: [KeyDigest: Entry] = [:]

  /// `secrets` holds the digests of the host's secrets as far as they can be read; one that is not there lets nobody in.
  /// `zone` is where bare dates end. `wasClosed`: an AccessKey was accepted once.
  package init(
    _ desired: DesiredFleet, secrets: [String: KeyDigest] = [:], zone: ZoneRules = .utc, wasClosed: Bool = false
  ) {
    needsKey = wasClosed
    for index in desired.accessKeyIndices {
      let object = desired.objects[index]
      guard let spec = object.resource?.spec else { continue }
      needsKey = true
      let holder = holders.count
      holders.append(
        Holder(
          grant: AccessGrant(name: object.identity.name, spec: spec), isDisabled: spec["disabled"]?.bool ?? false))
      for key in AccessKeyEntry.all(of: spec, zone: zone) {
        let digest: KeyDigest?
        switch key.source {
        case .digest(let known): digest = known
        case .secret(let name): digest = secrets[name]
        }
        guard let digest else { continue }
        add(Entry(holder: holder, notAfter: key.notAfter, isPublished: key.isPublished), for: digest)
      }
    }
  }

  /// Two objects with one digest are refused where manifests are checked; should it happen all the same, the first by
  /// name has it. Of two ends of one key the later one counts, as for two keys.
  private mutating func add(_ entry: Entry, for digest: KeyDigest) {
    guard var known = entries[digest] else {
      entries[digest] = entry
      return
    }
    guard known.holder == entry.holder else { return }
    known.notAfter = entry.notAfter.flatMap { end in known.notAfter.map { max($0, end) } }
    known.isPublished = known.isPublished && entry.isPublished
    entries[digest] = known
  }

  /// What the holder of a key may use. `isGenerated` says whether the key has the form of ``GeneratedKey``.
  package func grant(
    of digest: KeyDigest, isGenerated: Bool, at now: Timestamp
  ) throws(AccessRefusal) -> AccessGrant {
    guard let entry = entries[digest], isGenerated || !entry.isPublished else { throw .unknown }
    let holder = holders[entry.holder]
    let name = holder.grant.accessKey ?? ""
    if holder.isDisabled { throw .disabled(name) }
    if let end = entry.notAfter, end <= now { throw .expired(name, end) }
    return holder.grant
  }
}

/// Why a key lets nobody in. The names are those of AccessKeys, and told to whoever holds such a key alone.
package enum AccessRefusal: Error, Hashable, Sendable {
  case unknown
  case disabled(String)
  case expired(String, Timestamp)
}
