import DroverCore
import FoundationEssentials
import GRDB

/// A row that this program did not write so, or that was damaged since.
struct DamagedRow: Error {
  var table: String
  var cause: String
}

extension Database {
  /// Everything that ``FleetStore/load()`` returns. Statuses, attempts and measurements that cannot be read are left out,
  /// since they are made anew; a registration or an instance that cannot be read throws ``DamagedRow``.
  func storedFleet() throws -> StoredFleet {
    var fleet = StoredFleet()
    fleet.registrations = try registrations()
    fleet.instances = try instances()
    let attempts = try Row.fetchCursor(self, sql: "SELECT * FROM attempts")
    while let row = try attempts.next() {
      guard let identity = row.identity, let reason = Reason(rawValue: row[6]) else { continue }
      fleet.attempts[identity] = Attempts(
        specHash: row[2], failures: row[3], lastFailure: row.timestamp(4), nextAttempt: row.timestamp(5),
        reason: reason, message: row[7])
    }
    fleet.demands = try bodies(in: "demands")
    fleet.loads = try bodies(in: "loads")
    let statuses = try Row.fetchCursor(self, sql: "SELECT * FROM statuses")
    while let row = try statuses.next() {
      guard let identity = row.identity, let status = try? row.value(3) else { continue }
      fleet.statuses[identity] = StoredStatus(identity: identity, sha256: row[2], status: status)
    }
    let measurements = try Row.fetchCursor(self, sql: "SELECT * FROM measurements")
    while let row = try measurements.next() {
      guard let identity = row.identity, let body = try? row.value(2) else { continue }
      fleet.measurements[identity] = ModelMeasurements(body)
    }
    let settings = try Row.fetchCursor(self, sql: "SELECT name, value FROM settings")
    while let row = try settings.next() { fleet.settings[row[0]] = row[1] }
    fleet.discovered = try discovered()
    fleet.notices = try notices()
    fleet.overrides = try overrides()
    fleet.registered = try registered()
    return fleet
  }

  /// What is known of models without manifests; a row that cannot be read is left out, since the provider tells it anew.
  private func discovered() throws -> [DiscoveredModel] {
    let rows = try Row.fetchCursor(
      self, sql: "SELECT provider, model_id, first_seen, gone_since, listed FROM discovered ORDER BY provider, model_id"
    )
    var models: [DiscoveredModel] = []
    while let row = try rows.next() {
      guard let listed = (try? JSONReader.read(row[4] as String)).flatMap({ ListedModel(id: row[1], $0) }) else {
        continue
      }
      models.append(
        DiscoveredModel(
          provider: row[0], listed: listed, firstSeen: row.timestamp(2), goneSince: row.optionalTimestamp(3)))
    }
    return models
  }

  /// What is known of each model. A row that cannot be read is left out: it is made anew.
  private func bodies<Value: Decodable>(in table: String) throws -> [String: Value] {
    var found: [String: Value] = [:]
    let rows = try Row.fetchCursor(self, sql: "SELECT model, body FROM \(table)")
    while let row = try rows.next() {
      let (model, body): (String, String) = (row[0], row[1])
      found[model] = try? JSONDecoder().decode(Value.self, from: Data(body.utf8))
    }
    return found
  }

  func history(of identity: Identity, limit: Int) throws -> [HistoryEntry] {
    let rows = try Row.fetchCursor(
      self,
      sql: """
        SELECT generation, accepted_at, revision, spec_hash, body FROM history
        WHERE kind = ? AND name = ? ORDER BY id DESC LIMIT ?
        """, arguments: [identity.kind.rawValue, identity.name, limit])
    var entries: [HistoryEntry] = []
    while let row = try rows.next() {
      guard let written = try? row.value(4) else { continue }
      entries.append(
        HistoryEntry(
          identity: identity, generation: row[0], acceptedAt: row.timestamp(1), revision: row[2], specHash: row[3],
          written: written))
    }
    return entries
  }

  private func registrations() throws -> [Registration] {
    let rows = try Row.fetchCursor(self, sql: "SELECT * FROM registrations")
    var registrations: [Registration] = []
    while let row = try rows.next() {
      guard let identity = row.identity else { throw DamagedRow(table: "registrations", cause: "its kind is unknown") }
      let source = SourceReference(root: row[6], path: row[7], document: row[8], line: row[9], sha256: row[10])
      let (specHash, reloadHash): (String, String) = (row[4], row[5])
      do throws(BodyReader.Damage) {
        let resource = try row.body(11) { body throws(BodyReader.Damage) in
          let labels = try body.labels()
          let annotations = try body.labels()
          let written = try body.value()
          return Resource(
            identity: identity, labels: labels, annotations: annotations, written: written, spec: try body.value(),
            source: source, specHash: specHash, reloadHash: reloadHash)
        }
        registrations.append(Registration(generation: row[2], firstSeen: row.timestamp(3), resource: resource))
      } catch {
        throw DamagedRow(table: "registrations", cause: "\(identity): \(error)")
      }
    }
    return registrations.sorted { $0.identity < $1.identity }
  }

  private func instances() throws -> [Instance] {
    let rows = try Row.fetchCursor(self, sql: "SELECT * FROM instances ORDER BY id")
    var instances: [Instance] = []
    while let row = try rows.next() {
      guard let reserved = try? JSONReader.read(row[8] as String).map else {
        throw DamagedRow(table: "instances", cause: "\(row[0] as String): its reserved memory is unreadable")
      }
      var process: ProcessRecord?
      if let pid: Int32 = row[11], let startTime: Int64 = row[12], let bootID: String = row[13] {
        process = ProcessRecord(pid: pid, startTime: UInt64(bitPattern: startTime), bootID: bootID)
      }
      instances.append(
        Instance(
          id: row[0], model: row[1], key: row[2], provider: row[3], modelID: row[4], generation: row[5],
          reloadHash: row[6], isManaged: row[7], server: try server(row[19]),
          reserved: reserved.map { PoolAmount($0.key, ByteCount($0.value.integer ?? 0)) },
          intendedAt: row.timestamp(9), port: row[10], process: process, logPath: row[14],
          readyAt: row.optionalTimestamp(15), loadedAt: row.optionalTimestamp(16),
          stoppingSince: row.optionalTimestamp(17), wasAdopted: row[18]))
    }
    return instances
  }

  private func server(_ text: String?) throws -> ServerRecord? {
    guard let text else { return nil }
    guard let server = (try? JSONReader.read(text)).flatMap(ServerRecord.init) else {
      throw DamagedRow(table: "instances", cause: "the server of an instance is unreadable")
    }
    return server
  }
}

extension Row {
  /// Columns 0 and 1.
  var identity: Identity? { Kind(rawValue: self[0]).map { Identity($0, self[1]) } }

  func timestamp(_ column: Int) -> Timestamp { Timestamp(milliseconds: self[column]) }

  func optionalTimestamp(_ column: Int) -> Timestamp? {
    (self[column] as Int64?).map(Timestamp.init(milliseconds:))
  }

  func value(_ column: Int) throws(BodyReader.Damage) -> FieldValue {
    try body(column) { reader throws(BodyReader.Damage) in try reader.value() }
  }

  /// Reads a body where it lies in SQLite's page.
  fileprivate func body<Value>(
    _ column: Int, _ parse: (inout BodyReader) throws(BodyReader.Damage) -> Value
  ) throws(BodyReader.Damage) -> Value {
    let outcome: Result<Value, BodyReader.Damage>?
    do {
      outcome = try withUnsafeData(atIndex: column) { data in
        data?.withUnsafeBytes { buffer in
          Result { () throws(BodyReader.Damage) in try BodyReader.read(buffer, parse) }
        }
      }
    } catch {
      throw BodyReader.Damage(description: "it is unreadable")
    }
    guard let outcome else { throw BodyReader.Damage(description: "it is empty") }
    return try outcome.get()
  }
}
