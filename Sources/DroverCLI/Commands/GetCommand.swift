package import ArgumentParser
import DroverCore

package struct GetCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show objects of the fleet in a table, or as JSON or YAML.",
    discussion: """
      Examples:
        drover get models
        drover get model llama-3-8b -o yaml
        drover get models,providers -l tier=local
        drover get all
        drover get overrides
        drover get models -o jsonpath='{.items[*].metadata.name}'
      """)

  @Argument(
    help: ArgumentHelp("KIND [NAME…], KIND/NAME…, KIND,KIND, all, or overrides.", valueName: "what"),
    completion: ObjectCompletion.objects)
  var what: [String] = []

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp(
      "wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=HEADER:.path,…", valueName: "format"))
  var output: String?

  @Option(
    name: [.customShort("l"), .long], help: "Labels that objects must have: key=value, key!=value, key in (a,b).")
  var selector: String?

  @Flag(name: [.short, .long], help: "Print objects again as they change.")
  var watch = false

  @Option(help: ArgumentHelp("Order by this field, such as .metadata.creationTimestamp.", valueName: "jsonpath"))
  var sortBy: String?

  @Flag(help: "Leave the header of tables out.")
  var noHeaders = false

  @Flag(help: "Succeed, printing nothing, where a named object does not exist.")
  var ignoreNotFound = false

  @Flag(help: "With -o yaml: file and line of each field of the spec.")
  var showOrigin = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let format = try output.map { text throws(CLIError) in try OutputFormat(parsing: text) } ?? .table
    if asksForOverrides { return try printOverrides(format, try connection.client(in: console), console) }
    let selection = try ObjectSelection(what)
    let query = ObjectQuery(
      selection: selection, labels: try selector.map { text throws(CLIError) in try LabelSelector(text) },
      order: try sortBy.map { text throws(CLIError) in try JSONPath(text, isBare: true) },
      ignoresMissing: ignoreNotFound)
    let client = try connection.client(in: console)
    if showOrigin { return try await printOrigins(query, format, client, console) }
    var printer = ObjectPrinter(format: format, showsHeader: !noHeaders, showsKind: query.spansKinds)
    // Begun first, so that no change between the two answers is missed.
    let following = watch ? try Following(client, console) : nil
    let objects = try query.fetch(from: client)
    if objects.isEmpty, !watch { try client.requireFirstScan() }
    if objects.isEmpty, format.isTabular, !watch {
      if !ignoreNotFound || !query.namesObjects { console.note("No resources found.") }
      return 0
    }
    console.write(printer.render(objects, isSingle: query.isSingle, now: console.now()))
    guard let following else { return 0 }
    if !objects.isEmpty { printer.showsHeader = false }
    try follow(query, following, seen: objects, &printer, console)
    return 0
  }

  /// Prints what changed, until the reader goes away.
  private func follow(
    _ query: ObjectQuery, _ start: Following, seen: [FleetObject], _ printer: inout ObjectPrinter, _ console: Console
  ) throws {
    var following = start
    var known = Dictionary(seen.map { ($0.reference, $0) }) { $1 }
    var query = query
    query.ignoresMissing = true
    while true {
      try following.waitForChange(atMost: .seconds(30))
      let objects = try following.ask { [query] client throws(CLIError) in try query.fetch(from: client) }
      for object in objects where known[object.reference] != object {
        if let old = known[object.reference], printer.showsAlike(old, object, now: console.now()) { continue }
        console.write(printer.render([object], isSingle: true, now: console.now()))
        printer.showsHeader = false
      }
      let names = Set(objects.map(\.reference))
      for (reference, _) in known.filter({ !names.contains($0.key) }).sorted(by: { $0.key < $1.key }) {
        console.note("\(reference) is gone")
      }
      known = Dictionary(objects.map { ($0.reference, $0) }) { $1 }
    }
  }
}

extension OutputFormat {
  /// Tables say on standard error that they would be empty; documents are lists without items.
  var isTabular: Bool {
    switch self {
    case .table, .wide, .columns, .name: true
    case .json, .yaml, .jsonpath: false
    }
  }
}
