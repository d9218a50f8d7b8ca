import DroverCore
import DroverSystem
import Glibc

extension Doctor {
  /// Less than this is told of.
  private static let leastSpace: Int64 = 1 << 30

  /// Whether the state folder is where it was, ours alone, and has room.
  func state() -> Finding {
    let folder = folders.state
    do throws(SystemError) {
      let stat = try FileStat(folder)
      guard stat.mode & 0o077 == 0 else {
        return Finding("state", .failed, "other users may look into \(folder); run chmod 700 on it")
      }
      // What tells whether a file can be made is making one.
      let probe = folder + "/.doctor"
      try AtomicFile.write(probe, [], mode: 0o600, durability: .none)
      unlink(probe)
      let space = try FreeSpace.of(folder)
      guard space >= Self.leastSpace else {
        return Finding(
          "state", .warning,
          "\(ByteCount(space).display) are left on the disk of \(folder); make room, or lower ledger.retention")
      }
      let kind = (try? FilesystemKind.of(folder)) ?? .other
      let place = kind == .other ? "" : " on \(kind.rawValue)"
      return Finding(
        "state", .ok, "\(folder)\(place), lock held by pid \(getpid()), \(ByteCount(space).display) free")
    } catch {
      return Finding("state", .failed, "\(error); look at the folder, its owner and its disk")
    }
  }

  func hostPolicy() -> Finding {
    guard let path = policy.source else {
      return Finding("policy", .ok, "none is given: loopback, public hosts of OpenAI and Anthropic, ./models")
    }
    do throws(SystemError) {
      guard try FileStat(path).mode & 0o022 == 0 else {
        return Finding("policy", .failed, "other users may write \(path); run chmod 600 on it")
      }
    } catch {
      return Finding("policy", .failed, "\(error); the next start of droverd will fail")
    }
    for directory in policy.modelDirectories where access(directory, R_OK | X_OK) != 0 {
      return Finding(
        "policy", .failed, "the model directory \(directory) cannot be read; make it, or take it out of \(path)")
    }
    return Finding("policy", .ok, "\(path), \(policy.modelDirectories.count) model directories")
  }

  /// Whether the engine of a runtime can be started.
  func runtime(_ runtime: HostPolicy.Runtime) -> Finding {
    let isPath = runtime.path.contains("/")
    let folders = (settings.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
    let candidates = isPath ? [runtime.path] : folders.map { $0 + "/" + runtime.path }
    if let found = candidates.first(where: { access($0, X_OK) == 0 }) {
      return Finding("engine", .ok, "runtime '\(runtime.name)' is \(found)")
    }
    // Without a host policy nobody has asked for an engine.
    let outcome: Finding.Outcome = policy.source == nil ? .warning : .failed
    let cause =
      isPath && access(runtime.path, F_OK) == 0
      ? "\(runtime.path) may not be run; set its mode"
      : "no program is at \(isPath ? runtime.path : runtime.path + " in the PATH")"
    return Finding(
      "engine", outcome,
      "runtime '\(runtime.name)': \(cause); install llama-server, or mend the path in the host policy")
  }

  /// Whether every secret can be read, without saying anything of its value.
  var secrets: Finding? {
    // The built-in ones are there only for who has them.
    guard policy.source != nil, !policy.secrets.isEmpty else { return nil }
    for secret in policy.secrets {
      switch secret.place {
      case .environment(let variable):
        guard settings.environment[variable]?.isEmpty == false else {
          return Finding(
            "secrets", .failed, "secret '\(secret.name)': variable \(variable) is not set; set it, and restart droverd")
        }
      case .file(let path):
        guard let stat = try? FileStat(path), access(path, R_OK) == 0 else {
          return Finding(
            "secrets", .failed, "secret '\(secret.name)': \(path) cannot be read; look at its owner and mode")
        }
        guard stat.mode & 0o007 == 0 else {
          return Finding("secrets", .failed, "secret '\(secret.name)': everybody may read \(path); run chmod 600 on it")
        }
      }
    }
    return Finding("secrets", .ok, policy.secrets.map(\.name).joined(separator: ", ") + " can be read")
  }
}
