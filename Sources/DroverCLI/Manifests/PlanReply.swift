import DroverPlanning
import FoundationEssentials

/// Reads the diff report that the control API answers with.
enum PlanReply {
  static func read(_ bytes: [UInt8]) throws(CLIError) -> DiffReport {
    do {
      return try JSONDecoder().decode(DiffReport.self, from: Data(bytes))
    } catch {
      throw CLIError("the plan that droverd sent cannot be read; is it of another version? try 'drover version'")
    }
  }
}
