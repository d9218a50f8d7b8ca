import DroverCore

extension GetCommand {
  /// What `get overrides` is asked for: these are no objects, and belong to one each.
  var asksForOverrides: Bool { what == ["overrides"] || what == ["override"] }

  func printOverrides(_ format: OutputFormat, _ client: FleetClient, _ console: Console) throws(CLIError) -> Int32 {
    guard selector == nil, sortBy == nil, !watch, !showOrigin else {
      throw CLIError("get overrides takes no selector, order, origin or watch")
    }
    let overrides = try client.overrides()
    switch format {
    case .table, .wide:
      if overrides.isEmpty {
        console.note("No overrides hold.")
      } else {
        console.write(OverrideText.table(overrides, now: console.now(), showsHeader: !noHeaders))
      }
    case .json: console.write(FieldValue.object(["items": .array(overrides)]).json + "\n")
    default: throw CLIError("get overrides prints a table, or -o json")
    }
    return 0
  }
}
