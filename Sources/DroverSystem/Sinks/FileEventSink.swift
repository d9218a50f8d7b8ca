package import DroverCore
import Synchronization

/// Events as lines of JSON in a file that is rotated by size, and the newest of them in memory.
package final class FileEventSink: EventSink {
  private struct State {
    var recent: [FleetEvent] = []
    var flood = EventFlood()
  }

  private static let keptInMemory = 1000
  private static let maxBytes = 10 << 20
  private static let keptFiles = 3
  private let file: AppendLog
  private let state: Mutex<State>

  /// Opens the file, and reads what its tail and its predecessor's still tell; lines that a crash tore are passed over.
  package init(path: String) throws(StoreError) {
    do throws(SystemError) {
      file = try AppendLog(path: path, maxBytes: Self.maxBytes, keep: Self.keptFiles)
    } catch {
      throw .unwritable("\(error)")
    }
    // The file may have been rotated a moment before the end.
    let lines = [path + ".1", path].flatMap { file in
      ((try? ChildLog.tail(file, maxBytes: 1 << 20)) ?? []).split(separator: UInt8(ascii: "\n"))
    }
    let events = lines.suffix(Self.keptInMemory).compactMap { line in
      (try? JSONReader.read(Array(line))).flatMap(FleetEvent.init(fieldValue:))
    }
    state = Mutex(State(recent: events))
  }

  package func record(_ events: [FleetEvent]) async {
    let admitted = state.withLock { state in
      let admitted = events.compactMap { state.flood.admit($0) }
      state.recent.append(contentsOf: admitted)
      if state.recent.count > Self.keptInMemory { state.recent.removeFirst(state.recent.count - Self.keptInMemory) }
      return admitted
    }
    for event in admitted {
      // A disk that takes no events takes no state either, and that is what the fleet's status tells.
      try? file.append(Array(event.fieldValue.json.utf8))
    }
  }

  package func recent(limit: Int) async -> [FleetEvent] { state.withLock { Array($0.recent.suffix(limit)) } }
}

extension FleetEvent {
  /// Reads one line of the file; nil for what is no event of this version.
  init?(fieldValue: FieldValue) {
    guard let time = fieldValue["time"]?.string.flatMap(Timestamp.init(rfc3339:)),
      let name = fieldValue["type"]?.string,
      let severity = fieldValue["severity"]?.string.flatMap(Severity.init),
      let reason = fieldValue["reason"]?.string.flatMap(Reason.init),
      let message = fieldValue["message"]?.string, let actor = fieldValue["actor"]?.string
    else { return nil }
    self.init(
      time: time, name: name, severity: severity, reason: reason,
      object: fieldValue["object"]?.string.flatMap(Identity.init(argument:)), message: message, actor: actor,
      payload: fieldValue["payload"] ?? .emptyMap)
  }
}
