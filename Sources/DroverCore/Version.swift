/// The version of this program, as `drover version`, `droverd --version` and the API say it.
package let droverVersion = "0.1.0"
