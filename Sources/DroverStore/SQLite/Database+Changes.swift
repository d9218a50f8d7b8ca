import DroverCore
import FoundationEssentials
import GRDB

extension Database {
  func apply(_ change: StoreChange) throws {
    switch change {
    case .putRegistration(let registration): try put(registration)
    case .removeRegistration(let identity):
      try delete(from: "registrations", identity)
      try delete(from: "measurements", identity)
    case .putInstance(let instance): try put(instance)
    case .removeInstance(let id): try run("DELETE FROM instances WHERE id = ?", [id])
    case .putAttempts(let identity, let attempts): try put(attempts, of: identity)
    case .clearAttempts(let identity): try delete(from: "attempts", identity)
    case .putDemand(let model, let demand): try putBody(demand?.durable, of: model, in: "demands")
    case .putLoad(let model, let load): try putBody(load, of: model, in: "loads")
    case .putStatus(let status):
      try run(
        "INSERT OR REPLACE INTO statuses VALUES (?, ?, ?, ?)",
        [
          status.identity.kind.rawValue, status.identity.name, status.sha256, Data(BodyWriter.body(of: status.status)),
        ])
    case .removeStatus(let identity): try delete(from: "statuses", identity)
    case .appendHistory(let entry): try append(entry)
    case .rename(let from, let to): try rename(from, to)
    case .setNotice(let identity, let notice): try set(notice, of: identity)
    case .setOverride(let key, let value): try set(value, at: key)
    case .putRegistered(let model): try put(model)
    case .removeRegistered(let name): try removeRegistered(name)
    case .putSetting(let name, let value): try run("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, value])
    case .putMeasurements(let identity, let measured):
      try run(
        "INSERT OR REPLACE INTO measurements VALUES (?, ?, ?)",
        [identity.kind.rawValue, identity.name, Data(BodyWriter.body(of: measured.fieldValue))])
    case .putDiscovered(let model): try put(model)
    case .removeDiscovered(let provider, let id):
      try run("DELETE FROM discovered WHERE provider = ? AND model_id = ?", [provider, id])
    }
  }

  /// Runs a statement that stays prepared for the next change of its sort.
  func run(_ sql: String, _ arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func delete(from table: String, _ identity: Identity) throws {
    try run("DELETE FROM \(table) WHERE kind = ? AND name = ?", [identity.kind.rawValue, identity.name])
  }

  private func put(_ registration: Registration) throws {
    let resource = registration.resource
    var body = BodyWriter()
    body.write(resource.labels)
    body.write(resource.annotations)
    body.write(resource.written)
    body.write(resource.spec)
    try run(
      "INSERT OR REPLACE INTO registrations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        registration.identity.kind.rawValue, registration.identity.name, registration.generation,
        registration.firstSeen.milliseconds, registration.specHash, registration.reloadHash, registration.source.root,
        registration.source.path, registration.source.document, registration.source.line, registration.source.sha256,
        Data(body.finished()),
      ])
  }

  private func put(_ instance: Instance) throws {
    let reserved = FieldValue.map(instance.reserved.map { FieldEntry($0.pool, .integer($0.amount.bytes)) })
    try run(
      "INSERT OR REPLACE INTO instances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        instance.id, instance.model, instance.key, instance.provider, instance.modelID, instance.generation,
        instance.reloadHash, instance.isManaged, reserved.json, instance.intendedAt.milliseconds, instance.port,
        instance.process?.pid, instance.process.map { Int64(bitPattern: $0.startTime) }, instance.process?.bootID,
        instance.logPath, instance.readyAt?.milliseconds, instance.loadedAt?.milliseconds,
        instance.stoppingSince?.milliseconds, instance.wasAdopted, instance.server?.fieldValue.json,
      ])
  }

  private func put(_ model: DiscoveredModel) throws {
    try run(
      "INSERT OR REPLACE INTO discovered VALUES (?, ?, ?, ?, ?)",
      [
        model.provider, model.id, model.firstSeen.milliseconds, model.goneSince?.milliseconds,
        model.listed.fieldValue.json,
      ])
  }

  private func put(_ attempts: Attempts, of identity: Identity) throws {
    try run(
      "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [
        identity.kind.rawValue, identity.name, attempts.specHash, attempts.failures,
        attempts.lastFailure.milliseconds, attempts.nextAttempt.milliseconds, attempts.reason.rawValue,
        attempts.message,
      ])
  }

  private func append(_ entry: HistoryEntry) throws {
    let (kind, name) = (entry.identity.kind.rawValue, entry.identity.name)
    // Replacing gives a new, higher id: an object that was removed and came back at generation 1 has it as its newest.
    try run(
      """
      INSERT OR REPLACE INTO history (kind, name, generation, accepted_at, revision, spec_hash, body)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        kind, name, entry.generation, entry.acceptedAt.milliseconds, entry.revision, entry.specHash,
        Data(BodyWriter.body(of: entry.written)),
      ])
    try trimHistory(of: entry.identity)
  }

  private func trimHistory(of identity: Identity) throws {
    let (kind, name) = (identity.kind.rawValue, identity.name)
    try run(
      """
      DELETE FROM history WHERE kind = ? AND name = ? AND id NOT IN
        (SELECT id FROM history WHERE kind = ? AND name = ? ORDER BY id DESC LIMIT \(StoreSchema.historyLimit))
      """,
      [kind, name, kind, name])
  }

  /// Moves everything recorded of one name to another; what the new name already has stays as it is.
  private func rename(_ from: Identity, _ to: Identity) throws {
    guard from != to else { return }
    for entry in try history(of: from, limit: StoreSchema.historyLimit) {
      let written = entry.renamed(to: to).written
      guard written != entry.written else { continue }
      try run(
        "UPDATE history SET body = ? WHERE kind = ? AND name = ? AND generation = ?",
        [Data(BodyWriter.body(of: written)), from.kind.rawValue, from.name, entry.generation])
    }
    for table in ["registrations", "statuses", "attempts", "history", "measurements", "deprecations", "overrides"] {
      try run(
        "UPDATE OR IGNORE \(table) SET kind = ?, name = ? WHERE kind = ? AND name = ?",
        [to.kind.rawValue, to.name, from.kind.rawValue, from.name])
      try delete(from: table, from)
    }
    if from.kind == .model {
      for table in ["demands", "loads"] {
        try run("UPDATE OR IGNORE \(table) SET model = ? WHERE model = ?", [to.name, from.name])
        try run("DELETE FROM \(table) WHERE model = ?", [from.name])
      }
    }
    try trimHistory(of: to)
  }

  /// Writes what is known of one model as JSON; nil removes it.
  private func putBody(_ value: (some Encodable)?, of model: String, in table: String) throws {
    guard let value else { return try run("DELETE FROM \(table) WHERE model = ?", [model]) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let body = String(decoding: try encoder.encode(value), as: UTF8.self)
    try run("INSERT OR REPLACE INTO \(table) VALUES (?, ?)", [model, body])
  }
}
