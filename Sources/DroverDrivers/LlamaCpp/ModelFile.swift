import DroverCore
import DroverSystem

/// A model file by its real path, which lies below a model directory of the host policy.
struct ModelFile: Hashable, Sendable {
  var path: String
  var stat: FileStat

  /// Finds `file` in the first directory that has it. Links are followed only where they stay below a model directory.
  static func find(_ file: String, in directories: [String]) throws(DriverError) -> ModelFile {
    let roots = directories.compactMap { try? realPath($0) }
    guard !file.hasPrefix("/"), !file.split(separator: "/").contains("..") else {
      throw .notPermitted("file '\(file)' must be a path below a model directory, without '..'")
    }
    for root in roots {
      guard let path = try? realPath(root + "/" + file) else { continue }
      guard roots.contains(where: { path.utf8.starts(with: ($0 == "/" ? "/" : $0 + "/").utf8) }) else {
        throw .notPermitted("file '\(file)' leads to \(path), outside the model directories; copy it into one")
      }
      do throws(SystemError) {
        let stat = try FileStat(path)
        guard stat.kind == .regular else { throw .notRegular(path: path) }
        return ModelFile(path: path, stat: stat)
      } catch {
        throw .notPermitted("file '\(file)': \(error)")
      }
    }
    throw .modelNotFound(missing(file, in: directories, roots))
  }

  private static func missing(_ file: String, in directories: [String], _ roots: [String]) -> String {
    guard !directories.isEmpty else { return "the host policy names no model directory; add one to modelDirectories" }
    let places = directories.joined(separator: ", ")
    let sentence = "file '\(file)' is in no model directory (\(places))"
    guard !roots.isEmpty else { return sentence + ", of which none exists" }
    let names = roots.flatMap(modelNames)
    let hint = Suggestion.phrase(for: file, among: names)
    if !hint.isEmpty { return sentence + hint }
    let shown = names.sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return sentence + (names.isEmpty ? ", which hold no .gguf file" : "; it has \(shown)")
  }

  /// The model files of a directory and of its folders.
  static func modelNames(_ root: String) -> [String] {
    func names(_ directory: String, _ prefix: String, _ depth: Int) -> [String] {
      guard let entries = try? Directory.list(directory) else { return [] }
      return entries.flatMap { entry -> [String] in
        if entry.kind == .directory, depth < 3 {
          return names(directory + "/" + entry.name, prefix + entry.name + "/", depth + 1)
        }
        return entry.name.hasSuffix(".gguf") ? [prefix + entry.name] : []
      }
    }
    return names(root, "", 0)
  }

  /// The other files of a model that is split (`NAME-00001-of-00003.gguf`), this one included; this one alone where it
  /// is not. A missing part is an error.
  func parts(count: UInt64?) throws(DriverError) -> [ModelFile] {
    guard let count, count > 1, count < 100_000 else { return [self] }
    let total = Self.padded(count)
    let suffix = "-00001-of-\(total).gguf"
    guard path.hasSuffix(suffix) else { return [self] }
    let stem = path.dropLast(suffix.count)
    var parts: [ModelFile] = []
    for number in 1...count {
      let part = "\(stem)-\(Self.padded(number))-of-\(total).gguf"
      do throws(SystemError) {
        parts.append(ModelFile(path: part, stat: try FileStat(part)))
      } catch {
        throw .failed("part \(number) of \(count) of the model is missing: \(error)")
      }
    }
    return parts
  }

  private static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
