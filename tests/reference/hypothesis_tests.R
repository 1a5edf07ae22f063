# Reference values for the t-test, chi-square tests and rank tests of a survey, made by R's package `survey` on the
# synthetic data of reference.R.
#
#   Rscript tests/reference/hypothesis_tests.R    (from the project root, after reference.R; Debian: r-base-core r-cran-survey)
#
# writes tests/reference/hypothesis_tests.json, in the format that conformance.py runs. The package CompQuadForm must not be
# installed: "lincom" is then the saddlepoint approximation.

suppressPackageStartupMessages(library(survey))
stopifnot(!requireNamespace("CompQuadForm", quietly = TRUE))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
source(file.path(HERE, "synthetic.R"))

# ---- data: as stored, with the levels of the generator ----

stored <- function(name, frame) {
  read <- read.csv(file.path(HERE, "data", paste0(name, ".csv")), stringsAsFactors = FALSE, check.names = FALSE)
  for (column in names(frame)[vapply(frame, is.factor, logical(1))]) {
    read[[column]] <- factor(read[[column]], levels = levels(frame[[column]]))
  }
  read
}
persons <- make_persons()
made <- list(persons = persons, persons_lonely = make_lonely(persons), stages = make_stages(), pairs = make_pairs())
frames <- Map(stored, names(made), made)

# ---- designs ----

designs <- list()
declare <- function(key, data, call, ...) {
  designs[[key]] <<- list(json = list(key = key, data = data, call = call, ...),
                          object = function() eval(parse(text = call), frames))
}
declare("clusters", "persons", "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~n_psu, nest=TRUE, data=persons)",
        ids = "psu", strata = "stratum", weights = "weight", fpc = "n_psu", nest = TRUE)
declare("clusters_wr", "persons", "svydesign(id=~district, strata=~stratum, weights=~weight, data=persons)",
        ids = "district", strata = "stratum", weights = "weight")
declare("unstratified", "persons", "svydesign(id=~district, weights=~weight, data=persons)",
        ids = "district", weights = "weight")
declare("elements", "persons", "svydesign(id=~1, strata=~region, fpc=~n_region, data=persons)",
        ids = NULL, strata = "region", weights = "(from fpc)", fpc = "n_region")
declare("simple", "persons", "svydesign(id=~1, fpc=~n_all, data=persons)", ids = NULL, weights = "(from fpc)", fpc = "n_all")
declare("two_stages", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province, weights=~weight, ",
        "fpc=~n_town+n_neighbourhood, data=stages)"),
        ids = c("town", "neighbourhood"), strata = "province", weights = "weight", fpc = c("n_town", "n_neighbourhood"))
declare("three_stages", "stages", paste0("svydesign(id=~municipality+neighbourhood+household, strata=~province, nest=TRUE, ",
        "fpc=~n_town+n_neighbourhood+n_household, data=stages)"),
        ids = c("municipality", "neighbourhood", "household"), strata = "province", weights = "(from fpc)",
        fpc = c("n_town", "n_neighbourhood", "n_household"), nest = TRUE)
declare("stage_strata", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province+kind, weights=~weight, ",
        "fpc=~n_town+n_centre_edge, data=stages)"),
        ids = c("town", "neighbourhood"), strata = c("province", "kind"), weights = "weight",
        fpc = c("n_town", "n_centre_edge"))
declare("lonely", "persons_lonely",
        "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=persons_lonely)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)
declare("pairs", "pairs", "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=pairs)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)

# The replicate weights that reference.R stored: made again in the same way, so that R has their scales.
replicate <- function(key, from, arguments, multipliers = FALSE) {
  call <- sprintf("as.svrepdesign(des, %s)", arguments)
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  set.seed(20250101)
  made <- suppressWarnings(eval(parse(text = call), list(des = designs[[from]]$object())))
  count <- ncol(weights(made, "analysis"))
  designs[[key]] <<- list(object = function() made, json = list(
    key = key, data = designs[[from]]$json$data, call = call, from_design = designs[[from]]$json$call,
    repweights = paste0("data/rep_", key, ".csv.gz"), weight_column = "w", repweight_columns = sprintf("r1..r%d", count),
    replicates = count, type = made$type, scale = made$scale, rscales = as_list(made$rscales),
    mse = isTRUE(made$mse), rho = made$rho, combined_weights = !multipliers, degf = degf(made)))
}
replicate("jk1", "unstratified", "type='JK1'")
replicate("jk1_multipliers", "unstratified", "type='JK1'", multipliers = TRUE)
replicate("jkn", "clusters", "type='JKn'")
replicate("jkn_mse", "clusters", "type='JKn', mse=TRUE")
replicate("brr", "pairs", "type='BRR'")
replicate("fay", "pairs", "type='Fay', fay.rho=0.3")
replicate("bootstrap", "clusters", "type='bootstrap', replicates=30")
replicate("subbootstrap", "clusters_wr", "type='subbootstrap', replicates=30, mse=TRUE")
replicate("mrbbootstrap", "two_stages", "type='mrbbootstrap', replicates=30")
replicated <- function(design) "repweights" %in% names(designs[[design]]$json)

# ---- values ----

squared <- function(r, N) (r / N)^2
tables <- function(x) {
  list(observed = unname(unclass(as.matrix(x$observed))), expected = unname(unclass(as.matrix(x$expected))))
}
values_of <- function(x, op) {
  values <- list(statistic = as.vector(x$statistic), parameter = as_list(as.vector(x$parameter)), p_value = as.vector(x$p.value))
  if (op == "chisq") return(c(values, lapply(tables(x), function(m) matrix(as.vector(m), nrow(m)))))
  values <- c(values, list(estimate = as_list(as.vector(x$estimate)), conf_int = as_list(as.vector(x$conf.int)), method = x$method))
  if (!is.null(x$ddf)) values$ddf <- as.vector(x$ddf)
  values
}

cases <- list()
case <- function(kind, design, call, spec, options = NULL, tolerance = 1e-8, note = NULL) {
  json <- designs[[design]]$json
  old <- if (is.null(options)) list() else do.call(base::options, options)
  des <- designs[[design]]$object()
  used <- if (is.null(spec$where)) des else eval(substitute(subset(des, w), list(w = parse(text = spec$where)[[1]])))
  shown <- if (is.null(spec$where)) call else sub("des", sprintf("subset(des, %s)", spec$where), call, fixed = TRUE)
  result <- suppressWarnings(eval(parse(text = call), list(des = used, squared = squared)))
  base::options(old)
  cases[[length(cases) + 1]] <<- list(
    id = sprintf("%s-%s-%03d", kind, design, length(cases) + 1), kind = kind, data = paste0("data/", json$data, ".csv"),
    design = json[setdiff(names(json), "data")], steps = NULL, options = options, call = shown, spec = spec, note = note,
    values = values_of(result, spec$op), survey_4_5 = NULL, tolerance = tolerance)
}

t_case <- function(design, y, group = NULL, where = NULL, mu = NULL, options = NULL) {
  left <- if (is.null(mu)) y else sprintf("I(%s-%g)", y, mu)
  call <- sprintf("svyttest(%s~%s, des%s)", left, if (is.null(group)) "0" else group, if (is.null(group)) ", na.rm=TRUE" else "")
  case("ttest", design, call, list(op = "ttest", y = y, group = group, mu = mu, where = where), options = options)
}
rank_case <- function(design, y, group, test = "wilcoxon", where = NULL, options = NULL) {
  argument <- if (test == "squared") "squared" else sprintf("'%s'", test)
  case("ranktest", design, sprintf("svyranktest(%s~%s, des, test=%s)", y, group, argument),
       list(op = "ranktest", y = y, group = group, test = test, where = where), options = options)
}
chisq_case <- function(design, rows, cols, statistic, where = NULL, options = NULL) {
  approximate <- statistic %in% c("lincom", "saddlepoint")
  case("chisq", design, sprintf("svychisq(~%s+%s, des, statistic='%s')", rows, cols, statistic),
       list(op = "chisq", rows = rows, cols = cols, statistic = statistic, where = where), options = options,
       tolerance = if (approximate) 1e-6 else 1e-8, note = if (approximate) "R finds the saddlepoint to 1e-8 only" else NULL)
}

# ---- cases ----

of_persons <- c("clusters", "clusters_wr", "unstratified", "elements", "simple", "jk1", "jk1_multipliers", "jkn", "jkn_mse",
                "bootstrap", "subbootstrap")
in_full <- c("clusters", "jkn")
of_stages <- c("two_stages", "three_stages", "stage_strata", "mrbbootstrap")
of_pairs <- c("pairs", "brr", "fay")
tests <- c("wilcoxon", "vanderWaerden", "median", "KruskalWallis", "squared")
statistics <- c("F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint")

for (design in of_persons) {
  t_case(design, "rent", mu = 900)
  t_case(design, "rent", "moving")
  t_case(design, "hours", "satisfied==1", where = "region=='west' | income>3000")
  if (!design %in% in_full) next
  t_case(design, "income")
  t_case(design, "income", "parttime")
  t_case(design, "income", "role", where = "role!='student'")
  t_case(design, "hours", where = "region=='east'")
}
for (design in of_stages) {
  t_case(design, "spending", "kind")
  t_case(design, "spending", "owner", where = "size>1")
}
for (design in of_pairs) t_case(design, "hours", "region", where = "income>2500")

for (design in of_persons) {
  rank_case(design, "rent", "moving", "vanderWaerden", where = "region!='north'")
  if (!replicated(design)) rank_case(design, "hours", "region", "median", where = "income>2000")
  if (!design %in% in_full) next
  for (test in tests) {
    rank_case(design, "income", "parttime", test)
    if (!replicated(design)) rank_case(design, "rent", "role", test)
  }
  rank_case(design, "satisfied", "role", where = "role!='partner'")
}
for (design in of_stages) rank_case(design, "spending", "owner")
for (design in of_pairs) rank_case(design, "income", "region", "KruskalWallis")

for (design in of_persons) {
  for (statistic in if (design %in% in_full) statistics else c("F", "Wald", "lincom")) {
    chisq_case(design, "moving", "region", statistic)
    if (design %in% in_full) chisq_case(design, "parttime", "satisfied", statistic, where = "income>2500")
  }
  chisq_case(design, "role", "plans", "Chisq")
}
for (design in of_stages) for (statistic in c("F", "adjWald", "saddlepoint")) chisq_case(design, "kind", "owner", statistic)
for (design in of_pairs) for (statistic in c("F", "Chisq", "lincom")) chisq_case(design, "region", "satisfied", statistic)

for (rule in c("remove", "certainty", "adjust", "average")) {
  setting <- list(survey.lonely.psu = rule)
  t_case("lonely", "income", "parttime", options = setting)
  rank_case("lonely", "income", "role", options = setting)
  chisq_case("lonely", "role", "plans", "F", options = setting)
}

source_text <- sprintf("R survey %s, %s", packageVersion("survey"), R.version.string)
about <- list(source = source_text, script = "tests/reference/hypothesis_tests.R", data = "synthetic, made by tests/reference/synthetic.R")
writeLines(c(sub("}$", ",", to_json(about)), '"cases": [', paste(vapply(cases, to_json, ""), collapse = ",\n"), "]}"),
           file.path(HERE, "hypothesis_tests.json"))
cat(length(cases), "cases,", source_text, "\n")
