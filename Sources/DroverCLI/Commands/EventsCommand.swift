package import ArgumentParser
import DroverCore

package struct EventsCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Show what happened, oldest first.")

  @Option(
    name: .customLong("for"), help: ArgumentHelp("Events about this object alone.", valueName: "kind/name"),
    completion: ObjectCompletion.objects)
  var subject: String?

  @Option(help: ArgumentHelp("Normal, Warning, or both with a comma.", valueName: "types"))
  var types: String?

  @Option(help: "At most this many.")
  var limit = 100

  @Flag(name: [.short, .long], help: "Print further events as they happen.")
  var watch = false

  @Flag(help: "Leave the header out.")
  var noHeaders = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func validate() throws {
    if !(1...10_000).contains(limit) { throw ValidationError("--limit must be between 1 and 10000") }
  }

  package func run(in console: Console) async throws -> Int32 {
    let identity = try subject.map { text throws(CLIError) in try ObjectSelection.identity(text) }
    let wanted = try severities()
    let client = try connection.client(in: console)
    let start = watch ? try Following(client, console) : nil
    var events = try client.events(about: identity, limit: limit)
    var table = Table(header: ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"])
    func show(_ events: [FieldValue], _ showsHeader: Bool) {
      table.rows = []
      for event in events.map(EventLine.init) where wanted.contains(event.severity.lowercased()) {
        table.append([event.age(at: console.now()), event.severity, event.reason, event.object, event.message])
      }
      if !table.rows.isEmpty { console.write(table.render(showsHeader: showsHeader)) }
    }
    show(events, !noHeaders)
    guard var following = start else {
      if table.rows.isEmpty { console.note("No events found.") }
      return 0
    }
    var showsHeader = !noHeaders && table.rows.isEmpty
    while true {
      try following.waitForChange(atMost: .seconds(30))
      let next = try following.ask { [limit] client throws(CLIError) in try client.events(about: identity, limit: limit)
      }
      show(EventsCommand.news(in: next, after: events), showsHeader)
      if !table.rows.isEmpty { showsHeader = false }
      events = next
    }
  }

  /// The events behind the newest known one.
  static func news(in next: [FieldValue], after known: [FieldValue]) -> [FieldValue] {
    guard let last = known.last, let place = next.lastIndex(of: last) else { return next }
    return Array(next[(place + 1)...])
  }

  private func severities() throws(CLIError) -> [String] {
    let known = ["normal", "warning"]
    guard let types else { return known }
    let words = types.lowercased().split(separator: ",").map(String.init)
    for word in words where !known.contains(word) {
      throw CLIError("--types: '\(word)' is no type of event; expected Normal or Warning")
    }
    return words
  }
}
