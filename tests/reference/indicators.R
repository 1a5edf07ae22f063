# Reference values for indicators of inequality and poverty, on the synthetic samples of reference.R.
#
#   Rscript tests/reference/indicators.R        (from the project root; Debian: r-base-core r-cran-survey)
#
# writes indicators.json. Values follow the definitions word for word, with sums over pairs of persons and loops over
# domains; where R's package `laeken` is installed (Debian: r-cran-laeken) every value is held against it. It has no
# linearised errors, so these are those that package `survey` gives the total of the influence of each person;
# with replicate weights they are those of `withReplicates`.

suppressPackageStartupMessages(library(survey))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
read <- function(name, ...) read.csv(file.path(HERE, "data", paste0(name, ".csv")), stringsAsFactors = FALSE)
frames <- list(persons = read("persons"), stages = read("stages"), pairs = read("pairs"))
frames$persons$satisfied <- factor(frames$persons$satisfied)
frames$persons$parttime <- factor(frames$persons$parttime)
frames$stages$owner <- factor(frames$stages$owner)
frames$pairs$region <- factor(frames$pairs$region)

# ---- values ----

# The first income, in ascending order, at which more than the share of the weights is reached.
quantile_of <- function(x, w, p) {
  if (sum(w) == 0) return(NA)
  sorted <- order(x)
  x[sorted][which(cumsum(w[sorted]) > (p + 1e-10) * sum(w))[1]]
}
gini <- function(x, w) sum(outer(w, w) * abs(outer(x, x, "-"))) / (2 * sum(w) * sum(w * x))
qsr <- function(x, w) {
  sum((w * x)[x > quantile_of(x, w, 0.8)]) / sum((w * x)[x <= quantile_of(x, w, 0.2)])
}
line <- function(x, w, share, threshold) if (is.null(threshold)) share * quantile_of(x, w, 0.5) else threshold
arpr <- function(x, w, t) sum(w[x < t]) / sum(w)
rmpg <- function(x, w, t) (t - quantile_of(x[x < t], w[x < t], 0.5)) / t
centre <- function(x, w, method) if (method == "mean") sum(w * x) / sum(w) else quantile_of(x, w, 0.5)
gpg <- function(x, w, men, method) 1 - centre(x[!men], w[!men], method) / centre(x[men], w[men], method)

# ---- influence of each person, for one domain `d` of rows ----

density_at <- function(x, w, y) {
  logs <- log(x[x > 0]); v <- w[x > 0]
  spread <- log(quantile_of(x[x > 0], v, 0.75)) - log(quantile_of(x[x > 0], v, 0.25))
  mean <- sum(v * logs) / sum(v)
  h <- if (spread > 0) 0.79 * spread else 1.06 * sqrt(sum(v * (logs - mean)^2) / sum(v))
  h <- h * sum(v > 0)^-0.2
  sum(v * dnorm((logs - log(y)) / h)) / (h * y * sum(w))
}
inside <- function(d, z) replace(numeric(length(d)), d, z)
gini_influence <- function(x, w, d) {
  y <- x[d]; v <- w[d]; n <- sum(v); total <- sum(v * y)
  pairs <- 2 * colSums(v * outer(y, y, pmax))
  inside(d, (pairs - (gini(y, v) + 1) * (total + n * y)) / (n * total))
}
qsr_influence <- function(x, w, d) {
  y <- x[d]; v <- w[d]
  up_to <- function(q, p) (y - q) * (y <= q) + p * q
  low <- up_to(quantile_of(y, v, 0.2), 0.2); high <- y - up_to(quantile_of(y, v, 0.8), 0.8)
  inside(d, (high - qsr(y, v) * low) / sum((v * y)[y <= quantile_of(y, v, 0.2)]))
}
line_influence <- function(x, w, share, threshold) {
  if (!is.null(threshold)) return(0 * x)
  q <- quantile_of(x, w, 0.5)
  -share * ((x <= q) - 0.5) / (sum(w) * density_at(x, w, q))
}
below <- function(x, w, d, t) inside(d, ((x[d] <= t) - sum(w[d][x[d] <= t]) / sum(w[d])) / sum(w[d]))
strictly_below <- function(x, w, d, t) inside(d, ((x[d] < t) - arpr(x[d], w[d], t)) / sum(w[d]))
arpr_influence <- function(x, w, d, t, dt) strictly_below(x, w, d, t) + density_at(x[d], w[d], t) * dt
rmpg_influence <- function(x, w, d, t, dt) {
  poor <- d & x < t
  m <- quantile_of(x[poor], w[poor], 0.5)
  dm <- (arpr_influence(x, w, d, t, dt) / 2 - below(x, w, d, m)) / density_at(x[d], w[d], m)
  -dm / t + m / t^2 * dt
}
gpg_influence <- function(x, w, d, men, method) {
  d_centre <- function(g) {
    m <- centre(x[g], w[g], method)
    if (method == "mean") return(inside(g, (x[g] - m) / sum(w[g])))
    inside(g, -((x[g] <= m) - 0.5) / (sum(w[g]) * density_at(x[g], w[g], m)))
  }
  m <- centre(x[d & men], w[d & men], method); f <- centre(x[d & !men], w[d & !men], method)
  f / m^2 * d_centre(d & men) - d_centre(d & !men) / m
}

# ---- designs ----

designs <- list()
declare <- function(key, data, call, object, ...) {
  designs[[key]] <<- list(json = list(key = key, data = data, call = call, ...), data = data, object = object)
}
plain <- function(key, data, call, ...) declare(key, data, call, eval(parse(text = call), frames), ...)
plain("clusters", "persons",
      "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~n_psu, nest=TRUE, data=persons)",
      ids = "psu", strata = "stratum", weights = "weight", fpc = "n_psu", nest = TRUE)
plain("clusters_wr", "persons", "svydesign(id=~district, strata=~stratum, weights=~weight, data=persons)",
      ids = "district", strata = "stratum", weights = "weight")
plain("simple", "persons", "svydesign(id=~1, weights=~weight, data=persons)", ids = NULL, weights = "weight")
plain("two_stages", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province, weights=~weight, ",
      "fpc=~n_town+n_neighbourhood, data=stages)"), ids = c("town", "neighbourhood"), strata = "province",
      weights = "weight", fpc = c("n_town", "n_neighbourhood"))
replicated <- function(key, data, file, type, scale, rscales, mse) {
  table <- read.csv(gzfile(file.path(HERE, "data", paste0(file, ".csv.gz"))))
  names <- grep("^r[0-9]+$", colnames(table), value = TRUE)
  call <- paste0("svrepdesign(weights=~w, repweights=", file, ", type='", type, "', data=", data, ")")
  object <- suppressWarnings(svrepdesign(data = frames[[data]], weights = table$w, repweights = as.matrix(table[names]),
    type = if (type == "BRR") "BRR" else "other", scale = scale, rscales = rscales, combined.weights = TRUE, mse = mse))
  declare(key, data, call, object, repweights = paste0("data/", file, ".csv.gz"), weight_column = "w",
          repweight_columns = paste0("r1..r", length(names)), type = type, scale = scale, rscales = as_list(rscales),
          mse = mse, rho = 0, combined_weights = TRUE)
}
sampled <- c(3, 4, 5, 3, 4, 5, 4, 3, 5, 4); population <- c(12, 16, 30, 9, 20, 25, 14, 18, 40, 11)
replicated("jkn", "persons", "rep_jkn", "JKn", 1, rep((1 - sampled / population) * (sampled - 1) / sampled, sampled), FALSE)
replicated("brr", "pairs", "rep_brr_mse", "BRR", 1 / 8, rep(1, 8), TRUE)

# ---- cases ----

weight_of <- function(object) if (inherits(object, "svyrep.design")) object$pweights else weights(object)
spread <- function(design, value, influence) {
  if (inherits(design, "svyrep.design")) {
    return(sqrt(attr(withReplicates(design, function(w, data) value(w)), "var")[1]))
  }
  sqrt(vcov(svytotal(influence(weights(design)), design))[1])
}
against_laeken <- function(call, frame, weight, value, by, key) {
  known <- requireNamespace("laeken", quietly = TRUE) && !grepl("^rmpg.*p=", call)
  if (!known) return(invisible())
  frame$weight <- weight
  found <- suppressWarnings(eval(parse(text = paste0("laeken::", call)), c(setNames(list(frame), key))))
  stopifnot(isTRUE(all.equal(unname(found$value), value, tolerance = 1e-12)))
  if (is.null(by)) return(invisible())
  theirs <- found$valueByStratum$value[match(names(by), as.character(found$valueByStratum$stratum))]
  stopifnot(isTRUE(all.equal(theirs, unname(by), tolerance = 1e-12)))
}
cases <- list()
# `value` and `influence` take the rows of a domain and the weights of all rows.
add <- function(id, key, call, x, breakdown, value, influence, scale, note = NULL) {
  design <- designs[[key]]; frame <- frames[[design$data]]
  w <- weight_of(design$object)
  known <- !is.na(x); x[!known] <- 1
  one <- function(d) {
    d <- d & known
    c(scale * value(x, w, d), scale * spread(design$object, function(w) value(x, w, d),
                                             function(w) ifelse(known, influence(x, w, d), 0)))
  }
  all <- one(known)
  values <- list(value = all[1], se = all[2])
  by <- NULL
  if (!is.null(breakdown)) {
    levels <- sort(unique(as.character(frame[[breakdown]])))
    parts <- vapply(levels, function(level) one(as.character(frame[[breakdown]]) == level), numeric(2))
    by <- parts[1, ]
    values$by <- as.list(by); values$se_by <- as.list(parts[2, ])
  }
  against_laeken(call, frame, w, all[1], by, design$data)
  cases[[length(cases) + 1]] <<- list(id = id, kind = "indicator", data = paste0("data/", design$data, ".csv"),
    design = design$json, options = NULL, steps = NULL, call = call, spec = NULL, values = values,
    tolerance = 1e-8, note = note)
}
cell <- function(f) function(x, w, d) f(x[d], w[d])
questions <- list(
  list("clusters", "income", "region"), list("clusters", "rent", "role"), list("clusters_wr", "income", "role"),
  list("simple", "income", "region"), list("simple", "hours", NULL), list("two_stages", "spending", "kind"),
  list("two_stages", "spending", NULL), list("jkn", "income", "region"), list("jkn", "rent", NULL),
  list("brr", "income", "region"))
groups <- c(persons = "satisfied", stages = "owner", pairs = "region")
for (question in questions) {
  key <- question[[1]]; variable <- question[[2]]; breakdown <- question[[3]]
  data <- designs[[key]]$data
  frame <- frames[[data]]
  x <- frame[[variable]]
  arguments <- paste0("('", variable, "', ", "%sweights='weight'", if (!is.null(breakdown)) paste0(", breakdown='", breakdown, "'"),
                      "%s, na.rm=TRUE, data=", data, ")")
  asked <- function(f, first = "", last = "") paste0(f, sprintf(arguments, first, last))
  id <- function(f) paste("indicator", f, key, variable, if (is.null(breakdown)) "all" else breakdown, sep = "-")
  add(id("gini"), key, asked("gini"), x, breakdown, cell(gini), gini_influence, 100)
  add(id("qsr"), key, asked("qsr"), x, breakdown, cell(qsr), qsr_influence, 1)
  shares <- if (key %in% c("simple", "two_stages")) c(0.6, 0.8, 0.9) else 0.9
  for (share in shares) {
    known <- !is.na(x)
    of_all <- function(x, w) line(x[known], w[known], share, NULL)
    moved <- function(x, w) inside(known, line_influence(x[known], w[known], share, NULL))
    add(paste0(id("arpr"), "-", share), key, asked("arpr", last = paste0(", p=", share)), x, breakdown,
        function(x, w, d) arpr(x[d], w[d], of_all(x, w)),
        function(x, w, d) arpr_influence(x, w, d, of_all(x, w), moved(x, w)), 100)
  }
  # laeken's gap knows one threshold, 60 % of the median, below which hardly anybody of these samples is.
  for (share in c(0.6, 0.9)) {
    known <- !is.na(x)
    of_all <- function(x, w) line(x[known], w[known], share, NULL)
    moved <- function(x, w) inside(known, line_influence(x[known], w[known], share, NULL))
    poor <- known & x < of_all(x, weight_of(designs[[key]]$object))
    domain <- if (is.null(breakdown)) rep(1, nrow(frame)) else frame[[breakdown]]
    if (all(tapply(poor, domain, sum) > 2)) {
      add(paste0(id("rmpg"), "-", share), key, asked("rmpg", last = if (share != 0.6) paste0(", p=", share) else ""), x,
          breakdown, function(x, w, d) rmpg(x[d], w[d], of_all(x, w)),
          function(x, w, d) rmpg_influence(x, w, d, of_all(x, w), moved(x, w)), 100,
          note = if (share != 0.6) "p: not an argument of laeken's function, but the same definition")
    }
  }
  median_income <- 0.95 * quantile_of(x[!is.na(x)], rep(1, sum(!is.na(x))), 0.5)
  amount <- round(median_income)
  add(paste0(id("arpr"), "-amount"), key, asked("arpr", last = paste0(", threshold=", amount)), x, breakdown,
      function(x, w, d) arpr(x[d], w[d], amount), function(x, w, d) arpr_influence(x, w, d, amount, 0 * x), 100)
  group <- groups[[data]]
  if (identical(group, breakdown)) next
  men <- frame[[group]] == levels(frame[[group]])[2]
  for (method in c("mean", "median")) {
    add(paste0(id("gpg"), "-", method), key, asked("gpg", paste0("gender='", group, "', method='", method, "', ")), x,
        breakdown, function(x, w, d) gpg(x[d], w[d], men[d], method),
        function(x, w, d) gpg_influence(x, w, d, men, method), 1)
  }
}

version <- paste0("R survey ", packageVersion("survey"), ", ", R.version.string, "; definitions of laeken 0.5.2")
about <- list(source = version, script = "tests/reference/indicators.R",
              data = "synthetic, made by tests/reference/synthetic.R", cases = as_list(cases))
lines <- vapply(cases, to_json, "")
writeLines(c("{", paste0('"source": ', quoted(about$source), ","), paste0('"script": ', quoted(about$script), ","),
             paste0('"data": ', quoted(about$data), ","), '"cases": [', paste(lines, collapse = ",\n"), "]", "}"),
           file.path(HERE, "indicators.json"))
cat(length(cases), "cases\n")
