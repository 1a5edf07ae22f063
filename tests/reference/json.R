# JSON without a package: fifteen digits, named lists as objects, vectors longer than one as arrays.

format_number <- function(x) sprintf("%.15g", x)
# A vector that stays an array whatever its length.
as_list <- function(x) structure(as.list(x), class = "json_array")

quoted <- function(x) {
  x <- gsub("\\", "\\\\", x, fixed = TRUE)
  x <- gsub('"', '\\"', x, fixed = TRUE)
  paste0('"', gsub("\n", "\\n", x, fixed = TRUE), '"')
}

scalar_json <- function(x) {
  if (is.na(x)) "null"
  else if (is.character(x)) quoted(x)
  else if (is.logical(x)) tolower(as.character(x))
  else if (is.finite(x)) format_number(x)
  else quoted(format_number(x))
}

to_json <- function(x) {
  if (is.null(x)) return("null")
  if (is.matrix(x)) return(to_json(as_list(lapply(seq_len(nrow(x)), function(i) as_list(x[i, ])))))
  if (inherits(x, "json_array")) return(paste0("[", paste(vapply(unclass(x), to_json, ""), collapse = ", "), "]"))
  if (is.list(x)) {
    fields <- paste0(quoted(names(x)), ": ", vapply(x, to_json, ""))
    return(paste0("{", paste(fields, collapse = ", "), "}"))
  }
  if (length(x) != 1) return(to_json(as_list(x)))
  scalar_json(x)
}
