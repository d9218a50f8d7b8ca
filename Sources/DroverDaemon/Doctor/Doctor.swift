import DroverCore
import DroverStore

/// Examines what this droverd depends on.
struct Doctor: Examination {
  let settings: DaemonSettings
  let folders: Folders
  let policy: HostPolicy
  let control: any FleetControl
  let ledger: any UsageControl
  let surroundings: Surroundings

  func examine() async -> [Finding] {
    var findings = [state(), await database(), await ledgerFinding(), hostPolicy()]
    findings += policy.runtimes.map(runtime)
    if let secrets { findings.append(secrets) }
    findings.append(await manifests())
    findings.append(prices())
    return findings + (await sunsets())
  }

  /// Whether the database of everything but usage is whole.
  private func database() async -> Finding {
    do throws(StoreError) {
      let damage = try await DatabaseExamination(path: folders.database).damage()
      guard let first = damage.first else { return Finding("database", .ok, "\(folders.database) is whole") }
      return Finding(
        "database", .failed,
        "\(folders.database) is damaged (\(first)); end droverd, move the file away, and start it anew: what manifests "
          + "say is read again, what was registered through the API is in registry.json")
    } catch {
      return Finding("database", .failed, error.message)
    }
  }

  /// Whether all that was recorded is in the ledger, and every sum is that of its rows.
  private func ledgerFinding() async -> Finding {
    do throws(StoreError) {
      let file = DatabaseExamination(path: folders.ledger)
      if let first = try await file.damage().first {
        return Finding(
          "ledger", .failed,
          "\(folders.ledger) is damaged (\(first)); end droverd and restore it from a backup: a new one would forget "
            + "what was spent")
      }
      // A question to the ledger takes in first what journals still hold.
      _ = try await ledger.modelUsage(of: "")
      let found = try await file.ledger()
      if let first = found.mismatches.first {
        let more = found.mismatches.count > 1 ? " (and \(found.mismatches.count - 1) more)" : ""
        return Finding(
          "ledger", .failed, "\(first)\(more); restore \(folders.ledger) from a backup, or report this as a defect")
      }
      let sums = "\(folders.ledger), \(found.rows) rows, every sum is that of its rows"
      guard let oldest = found.oldestHold else { return Finding("ledger", .ok, sums + ", no hold is open") }
      let age = surroundings.now() - oldest
      guard age > .seconds(3600) else { return Finding("ledger", .ok, sums + ", the oldest hold is \(age.age) old") }
      return Finding(
        "ledger", .warning,
        "a hold has been open for \(age.age); it is settled at its worst case when droverd is started anew")
    } catch {
      return Finding("ledger", .failed, error.message)
    }
  }

  private func prices() -> Finding {
    guard let published = Timestamp(rfc3339: policy.prices.date + "T00:00:00Z") else {
      return Finding("prices", .ok, "catalogue of \(policy.prices.date)")
    }
    let age = surroundings.now() - published
    guard age > .seconds(180 * 86_400) else { return Finding("prices", .ok, "catalogue of \(policy.prices.date)") }
    return Finding(
      "prices", .warning,
      "the price catalogue is of \(policy.prices.date); make a newer one with 'drover import litellm-prices', and give "
        + "it with --price-catalogue")
  }
}
