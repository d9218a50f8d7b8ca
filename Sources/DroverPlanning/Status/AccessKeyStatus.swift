package import DroverCore

/// What the statuses of AccessKeys are made from, beside the manifests.
package struct AccessStanding: Equatable, Sendable {
  /// Whether this droverd has a gateway that asks for keys.
  package var hasGateway: Bool
  /// By name, those that were read.
  package var secrets: [String: KeySecret]
  /// When each AccessKey was last used, by name, since the start.
  package var uses: [String: Timestamp]

  package init(hasGateway: Bool = false, secrets: [String: KeySecret] = [:], uses: [String: Timestamp] = [:]) {
    self.hasGateway = hasGateway
    self.secrets = secrets
    self.uses = uses
  }
}

/// Makes the status of one AccessKey: whether it lets anybody in, which of its keys do, and when one was last used.
enum AccessKeyStatus {
  static func reduce(previous: FieldValue?, object: DesiredObject, context: StatusContext) -> FieldValue {
    var conditions = ConditionSet(previous: previous, generation: object.newestGeneration, now: context.world.now)
    let keys = object.resource.map { Self.keys(of: $0.spec, context) } ?? []
    let standing =
      CommonStanding.of(object, context)
      ?? object.resource.map { place(of: $0.spec, keys, object.generation, context) }
      ?? .working("waiting for its first valid manifest")
    CommonStanding.noting(standing, object, context).write(into: &conditions)
    var own = [FieldEntry("keys", .array(keys.map(\.fieldValue)))]
    if let used = context.access.uses[object.identity.name]?.description ?? previous?["lastUsed"]?.string {
      own.append(FieldEntry("lastUsed", .string(used)))
    }
    return StatusReducer.common(object, conditions, context, own: own)
  }

  private struct Key {
    enum State {
      case accepted, expired
      case reading
      case unreadable(Reason, String)
    }

    var entry: AccessKeyEntry
    var state: State

    var isAccepted: Bool { if case .accepted = state { true } else { false } }
    var isExpired: Bool { if case .expired = state { true } else { false } }

    /// The digest stands in the spec; here its beginning tells keys apart.
    var fieldValue: FieldValue {
      var entries: [FieldEntry] = []
      switch entry.source {
      case .digest(let digest): entries.append(FieldEntry("sha256", .string(digest.beginning)))
      case .secret(let name): entries.append(FieldEntry("secret", .string(name)))
      }
      let word: Reason =
        switch state {
        case .accepted: .accepted
        case .expired: .expired
        case .reading: .progressing
        case .unreadable(let reason, _): reason
        }
      entries.append(FieldEntry("state", .string(word.rawValue)))
      if let end = entry.notAfter { entries.append(FieldEntry("notAfter", .string(end.description))) }
      return .map(entries)
    }
  }

  private static func keys(of spec: FieldValue, _ context: StatusContext) -> [Key] {
    AccessKeyEntry.all(of: spec, zone: context.world.zone).map { entry in
      if let end = entry.notAfter, end <= context.world.now { return Key(entry: entry, state: .expired) }
      guard case .secret(let name) = entry.source else { return Key(entry: entry, state: .accepted) }
      switch context.access.secrets[name] {
      case nil: return Key(entry: entry, state: .reading)
      case .digest: return Key(entry: entry, state: .accepted)
      case .unreadable(let reason, let message): return Key(entry: entry, state: .unreadable(reason, message))
      }
    }
  }

  private static func place(
    of spec: FieldValue, _ keys: [Key], _ generation: Int64, _ context: StatusContext
  ) -> Standing {
    if spec["disabled"]?.bool == true { return .done(.disabled, "nobody is let in by it: it is disabled") }
    if let last = keys.compactMap(\.entry.notAfter).max(), keys.allSatisfy(\.isExpired) {
      let message = "every key has expired, the last at \(last)"
      return .terminal(.expired, message, detail: message + "; add a key that 'drover keygen' makes")
    }
    for key in keys {
      if case .unreadable(let reason, let message) = key.state {
        return .failing(reason, message, retry: "the secret is read again every 10 s")
      }
      if case .reading = key.state { return .working("its secret is being read") }
    }
    guard context.access.hasGateway else {
      return .done(.noGateway, "nobody is asked for it: this droverd runs without --gateway")
    }
    return .done(
      .succeeded,
      "Applied generation \(generation); \(keys.count(where: \.isAccepted)) of \(keys.count) "
        + "key\(keys.count == 1 ? "" : "s") accepted")
  }
}
