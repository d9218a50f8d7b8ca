import DroverCore
import DroverManifests

extension DiagnosticReport {
  /// Makes warnings of the errors of single files that other files may well put right: names of objects, and what a Fleet
  /// gives where there is none.
  mutating func leaveOpen(in fleet: DesiredFleet) {
    func isOpen(_ diagnostic: Diagnostic) -> Bool {
      guard diagnostic.severity == .error else { return false }
      return switch diagnostic.code {
      // The pools of a provider are known together with it.
      case .danglingReference: !diagnostic.field.hasPrefix("spec.llamaCpp.requiredMemory.")
      case .missingField: diagnostic.field == "spec.provider" && fleet.fleet == nil
      default: false
      }
    }
    var open: Set<Identity> = []
    for index in diagnostics.indices where isOpen(diagnostics[index]) {
      diagnostics[index].severity = .warning
      diagnostics[index].message = "could not check: " + diagnostics[index].message
      if let identity = diagnostics[index].identity { open.insert(identity) }
    }
    diagnostics.sort()
    counts.errors = diagnostics.count { $0.severity == .error }
    counts.warnings = diagnostics.count - counts.errors
    let accepted = open.subtracting(diagnostics.filter { $0.severity == .error }.compactMap(\.identity)).count
    counts.valid += accepted
    counts.invalid -= accepted
  }
}
