import DroverCore
import DroverManifests
import DroverSystem

/// Puts a spec into the manifest that the server read an object from.
enum ManifestRewriting {
  /// The path that was written. Refuses a manifest that is not, byte for byte, what the server read last.
  static func write(_ spec: FieldValue, of object: FleetObject) throws(CLIError) -> String {
    guard let root = object.text("source", "root"), let relative = object.text("source", "path"),
      let document = object.value[path: ["source", "document"]]?.integer
    else { throw CLIError("\(object.reference) comes from no manifest; there is nothing to write to") }
    let path = root + "/" + relative
    let contents = try read(path)
    guard Digest.sha256(contents.bytes) == object.text("source", "sha256") else {
      throw CLIError("\(path) is not what the server has read; wait until it has, or run this on its machine")
    }
    let text = try rewritten(contents.bytes, Int(document), spec, path)
    do throws(SystemError) {
      try AtomicFile.write(try realPath(path), text, mode: contents.stat.mode, durability: .full)
    } catch {
      throw CLIError(error.description)
    }
    return path
  }

  private static func read(_ path: String) throws(CLIError) -> FileContents {
    do throws(SystemError) {
      return try FileReader.contents(of: path, maxBytes: ManifestLimits.fileBytes)
    } catch {
      throw CLIError("\(error); rollback -w runs on the machine of droverd")
    }
  }

  private static func rewritten(
    _ bytes: [UInt8], _ document: Int, _ spec: FieldValue, _ path: String
  ) throws(CLIError) -> [UInt8] {
    do throws(SpecRewriting.Refusal) {
      return try SpecRewriting.rewrite(bytes, document: document, spec: spec)
    } catch {
      throw CLIError("\(path): \(error.reason); print the spec without -w, and put it in by hand")
    }
  }
}
