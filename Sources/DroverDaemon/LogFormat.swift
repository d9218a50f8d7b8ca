import DroverCore
import DroverSystem
import Logging

/// One JSON object a line, for machines: time, level, message, and the metadata as they are.
struct JSONLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  let label: String

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let merged = metadata.merging(event.metadata ?? [:]) { $1 }
    var entries = [
      FieldEntry("time", .string(Timestamp(milliseconds: WallClock.now()).precise)),
      FieldEntry("level", .string(event.level.rawValue)), FieldEntry("msg", .string("\(event.message)")),
    ]
    for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
      entries.append(FieldEntry(key, .string("\(value)")))
    }
    StandardError.write(FieldValue.map(entries).json + "\n")
  }
}

/// One line for people: time, level, message and metadata.
struct TextLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  let label: String

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let merged = metadata.merging(event.metadata ?? [:]) { $1 }
    let details = merged.sorted { $0.key < $1.key }.map { key, value in
      let text = "\(value)"
      return key == "message" ? ": " + text : " \(key)=\(text.contains(" ") ? FieldValue.string(text).json : text)"
    }
    let time = Timestamp(milliseconds: WallClock.now()).description.dropFirst(11)
    let sentence = details.filter { $0.hasPrefix(": ") } + details.filter { !$0.hasPrefix(": ") }
    StandardError.write("\(time) \(event.level) \(event.message)\(sentence.joined())\n")
  }
}
