# Reference values for designs with unequal probabilities, made by R's package `survey` on synthetic data.
#
#   Rscript tests/reference/unequal_probability.R        (from the project root; Debian: r-base-core r-cran-survey)
#
# writes tests/reference/data/{town_frame,towns,towns_joint,streets,towns_lonely}.csv, data/unequal_dictionary.json and
# unequal_probability.json, in the format that conformance.py runs. The data are invented here, with the generator of
# synthetic.R, free to redistribute, and say nothing about anybody.

suppressPackageStartupMessages(library(survey))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
source(file.path(HERE, "synthetic.R"))

# ---- data ----

# A population of 180 towns in three regions; one town of each region is certain to be in a sample that is drawn in
# proportion to the size.
make_population <- function() {
  start_at(2026)
  towns <- data.frame(region = rep(1:3, c(50, 60, 70)), town = c(101:150, 201:260, 301:370))
  towns$inhabitants <- round(900 * exp(bell(180)))
  towns$p <- 0
  drawn <- c(9, 8, 11)
  for (h in 1:3) {
    inside <- which(towns$region == h)
    largest <- inside[which.max(towns$inhabitants[inside])]
    towns$inhabitants[largest] <- 60000
    size <- towns$inhabitants[inside]
    size[inside == largest] <- 0
    towns$p[inside] <- ifelse(inside == largest, 1, (drawn[h] - 1) * size / sum(size))
  }
  towns
}
# Systematic sampling in proportion to size, from a list in the order of the ids.
draw <- function(p) {
  steps <- cumsum(p)
  diff(c(0, floor(steps + uniform(1)))) > 0
}
make_towns <- function(population) {
  towns <- do.call(rbind, lapply(split(population, population$region), function(part) part[draw(part$p), ]))
  n <- nrow(towns)
  squares <- tapply(population$p^2, population$region, sum)
  towns$mean_square <- as.vector((squares / table(towns$region))[towns$region])
  towns$weight <- round(1 / towns$p * (.9 + .2 * uniform(n)), 4)
  towns$kind <- pick(n, c("city", "village", "estate"), c(.3, .4, .3))
  towns$coastal <- uniform(n) < .4
  towns$jobs <- round(towns$inhabitants * (.3 + .3 * uniform(n)))
  towns$newcomers <- round(towns$inhabitants * (.02 + .1 * uniform(n)))
  towns$vacancies <- holes(round(towns$jobs * (.01 + .05 * uniform(n))), .15)
  towns$rent <- round(700 + 150 * bell(n), 2)
  rownames(towns) <- NULL
  towns
}
# Joint probabilities by Hajek's approximation, which is symmetric and positive; regions were drawn by themselves.
make_joint <- function(towns, population) {
  spread <- tapply(population$p * (1 - population$p), population$region, sum)
  same <- outer(towns$region, towns$region, "==")
  left <- outer(1 - towns$p, 1 - towns$p) / as.vector(spread[towns$region])
  joint <- outer(towns$p, towns$p) * (1 - ifelse(same, left, 0))
  diag(joint) <- towns$p
  joint
}
# Two to four streets of every town, drawn with unequal probabilities, and two to four households of every street.
make_streets <- function(towns) {
  start_at(404)
  frame <- do.call(rbind, lapply(seq_len(nrow(towns)), function(i) {
    streets <- 2 + floor(3 * uniform(1))
    do.call(rbind, lapply(seq_len(streets), function(j) {
      households <- 2 + floor(3 * uniform(1))
      data.frame(region = towns$region[i], town = towns$town[i], street = j, p_town = towns$p[i],
                 p_street = round(.05 + .5 * uniform(1), 4), household = seq_len(households),
                 p_household = round(households / (households + 12), 6))
    }))
  }))
  n <- nrow(frame)
  frame$kind <- pick(n, c("owner", "tenant"), c(.45, .55))
  frame$abroad <- uniform(n) < .3
  frame$persons <- 1 + floor(5 * uniform(n))
  frame$income <- round(2500 + 300 * bell(length(unique(frame$town)))[match(frame$town, unique(frame$town))] +
                        500 * bell(n), 2)
  frame$hours <- holes(round(30 + 8 * bell(n)), .1)
  frame
}

population <- make_population()
frames <- list(town_frame = population, towns = make_towns(population))
frames$streets <- make_streets(frames$towns)
frames$towns_lonely <- subset(frames$towns, !(region == 2 & town != frames$towns$town[frames$towns$region == 2][2]))
dictionary <- lapply(frames, function(frame) list(rows = nrow(frame), columns = lapply(frame, column_type)))
for (name in names(frames)) frames[[name]] <- store(frames[[name]], file.path(HERE, "data", paste0(name, ".csv")))
# The matrix as anyone reads it back from the file.
frames$towns_joint <- as.matrix(store(as.data.frame(make_joint(frames$towns, population)),
                                      file.path(HERE, "data", "towns_joint.csv")))

# ---- designs ----

designs <- list()
declare <- function(key, data, pps, call) {
  designs[[key]] <<- list(json = list(key = key, data = data, call = call, pps = pps),
                          object = function() suppressWarnings(eval(parse(text = call), frames)))
}
towns <- function(key, pps, arguments) {
  declare(key, "towns", pps, sprintf("svydesign(id=~1, fpc=~p, data=towns, %s)", arguments))
}
towns("brewer", "brewer", "pps='brewer'")
towns("brewer_strata", "brewer", "strata=~region, pps='brewer'")
towns("brewer_weights", "brewer", "strata=~region, weights=~weight, pps='brewer'")
towns("overton", "overton", "pps='overton'")
towns("overton_strata", "overton", "strata=~region, pps='overton'")
towns("overton_yg", "overton", "strata=~region, pps='overton', variance='YG'")
towns("hartley_rao", "Hartley-Rao", "pps=HR(sum(town_frame$p^2)/28)")
towns("hartley_rao_estimated", "Hartley-Rao", "pps=HR()")
towns("hartley_rao_strata", "Hartley-Rao", "strata=~region, pps=HR()")
towns("hartley_rao_strata_known", "Hartley-Rao", "strata=~region, pps=HR(towns['mean_square'], towns['region'])")
towns("hartley_rao_yg", "Hartley-Rao", "strata=~region, pps=HR(towns['mean_square'], towns['region']), variance='YG'")
towns("joint_ht", "Horvitz-Thompson", "pps=ppsmat(towns_joint)")
towns("joint_ht_strata", "Horvitz-Thompson", "strata=~region, pps=ppsmat(towns_joint)")
towns("joint_yg", "Yates-Grundy", "pps=ppsmat(towns_joint), variance='YG'")
declare("with_replacement", "towns", "with replacement", "svydesign(id=~1, probs=~p, data=towns, pps='brewer')")
declare("brewer_clusters", "streets", "brewer",
        "svydesign(id=~town, strata=~region, probs=~p_town, fpc=~p_town, data=streets, pps='brewer')")
declare("brewer_two_stages", "streets", "brewer",
        "svydesign(id=~town+street, strata=~region, fpc=~p_town+p_street, data=streets, pps='brewer')")
declare("brewer_three_stages", "streets", "brewer", paste0("svydesign(id=~town+street+household, strata=~region, ",
        "fpc=~p_town+p_street+p_household, data=streets, pps='brewer')"))
declare("overton_clusters", "streets", "overton",
        "svydesign(id=~town, strata=~region, fpc=~p_town, data=streets, pps='overton')")
declare("hartley_rao_clusters", "streets", "Hartley-Rao",
        "svydesign(id=~town, strata=~region, fpc=~p_town, data=streets, pps=HR(), variance='YG')")
declare("lonely", "towns_lonely", "brewer",
        "svydesign(id=~1, strata=~region, fpc=~p, data=towns_lonely, pps='brewer')")
declare("overton_two_stages", "streets", "overton",
        "svydesign(id=~town+street, fpc=~p_town+p_street, data=streets, pps='overton')")
declare("numbers", "towns", "brewer", "svydesign(id=~1, fpc=~inhabitants, data=towns, pps='brewer')")

# ---- values ----

flat <- function(x) as.vector(as.matrix(x))
values_of <- function(x, des) {
  if (inherits(x, "svyciprop")) {
    ends <- as.vector(attr(x, "ci"))
    return(list(estimate = as.vector(x), se = as.vector(SE(x)), ci_lower = ends[1], ci_upper = ends[2], df = degf(des)))
  }
  estimate <- as.vector(coef(x))
  se <- flat(SE(x))
  df <- degf(des)
  labels <- if (!is.null(names(coef(x)))) list(labels = as_list(names(coef(x))))
  values <- c(labels, list(estimate = as_list(estimate), se = as_list(se), df = df,
    ci_t_lower = as_list(estimate - qt(.975, df) * se), ci_t_upper = as_list(estimate + qt(.975, df) * se),
    ci_z_lower = as_list(estimate - qnorm(.975) * se), ci_z_upper = as_list(estimate + qnorm(.975) * se)))
  effect <- if (inherits(x, "svyby")) (if (isFALSE(attr(x, "svyby")$deffs)) NULL else deff(x)) else attr(x, "deff")
  if (!is.null(effect)) values$deff <- as_list(if (is.matrix(effect)) diag(effect) else flat(effect))
  # Of domains R takes the variances from the standard errors, which negative ones do not have.
  if (length(estimate) > 1 && !anyNA(se)) values$vcov <- suppressWarnings(as.matrix(vcov(x)))
  if (inherits(x, "svyby")) {
    values$groups <- lapply(x[, attr(x, "svyby")$margins, drop = FALSE], function(g) as_list(as.character(g)))
  }
  values
}

cases <- list()
evaluate <- function(design, call, options) {
  old <- do.call("options", if (is.null(options)) list() else options)
  on.exit(base::options(old))
  tryCatch({
    des <- designs[[design]]$object()
    suppressWarnings(values_of(eval(parse(text = call), list(des = des)), des))
  }, error = function(e) list(error = conditionMessage(e)))
}
case <- function(kind, design, call, spec, options = NULL, tolerance = 1e-8, note = NULL) {
  invisible(capture.output(values <- evaluate(design, call, options)))
  if (!is.null(values$error) && !grepl("^error", kind)) stop(kind, " ", design, " ", call, ": ", values$error)
  cases[[length(cases) + 1]] <<- list(
    id = sprintf("%s-%s-%03d", kind, design, length(cases) + 1), kind = kind,
    data = paste0("data/", designs[[design]]$json$data, ".csv"), design = designs[[design]]$json, steps = NULL,
    options = options, call = call, spec = spec, note = note, tolerance = tolerance, values = values)
}

of_towns <- names(designs)[vapply(designs, function(d) d$json$data == "towns" && d$json$key != "numbers", NA)]
of_streets <- c("brewer_clusters", "brewer_two_stages", "brewer_three_stages", "overton_clusters", "hartley_rao_clusters")
for (design in of_towns) {
  case("pps_total", design, "svytotal(~jobs+newcomers, des)", list(op = "total", vars = c("jobs", "newcomers")))
  case("pps_mean", design, "svymean(~rent+jobs, des, deff=TRUE)", list(op = "mean", vars = c("rent", "jobs"), deff = TRUE))
  case("pps_ratio", design, "svyratio(~newcomers, ~jobs, des)", list(op = "ratio", num = "newcomers", den = "jobs"))
  case("pps_proportion", design, "svymean(~kind, des)", list(op = "proportion", vars = "kind"))
  case("pps_count", design, "svytotal(~kind, des)", list(op = "count", vars = "kind"))
  case("pps_variance", design, "svyvar(~rent, des)", list(op = "variance", vars = "rent"))
  case("pps_by", design, "svyby(~jobs, ~kind, des, svymean)", list(op = "mean", vars = "jobs", by = "kind"))
  case("pps_by_total", design, "svyby(~newcomers, ~kind+coastal, des, svytotal)",
       list(op = "total", vars = "newcomers", by = c("kind", "coastal")))
  case("pps_missing", design, "svymean(~vacancies+rent, des, na.rm=TRUE)",
       list(op = "mean", vars = c("vacancies", "rent"), na_rm = "listwise"))
  case("pps_where", design, "svytotal(~jobs, subset(des, coastal==TRUE & rent>600))",
       list(op = "total", vars = "jobs", where = "coastal==TRUE & rent>600"))
  case("pps_interval", design, "svyciprop(~I(rent>750), des, method='beta')",
       list(op = "proportion", event = "rent>750", ci_method = "beta"))
}
# R's ratio stops at missing values unless the variance is Brewer's.
for (design in c("brewer", "brewer_strata", "brewer_weights")) {
  case("pps_missing_ratio", design, "svyratio(~vacancies, ~jobs, des, na.rm=TRUE)",
       list(op = "ratio", num = "vacancies", den = "jobs", na_rm = TRUE))
}
for (design in of_streets) {
  case("pps_stages_total", design, "svytotal(~persons+income, des)", list(op = "total", vars = c("persons", "income")))
  case("pps_stages_mean", design, "svymean(~income, des, deff=TRUE)", list(op = "mean", vars = "income", deff = TRUE))
  case("pps_stages_ratio", design, "svyratio(~income, ~persons, des)", list(op = "ratio", num = "income", den = "persons"))
  case("pps_stages_proportion", design, "svymean(~kind, des)", list(op = "proportion", vars = "kind"))
  case("pps_stages_count", design, "svytotal(~kind, des)", list(op = "count", vars = "kind"))
  case("pps_stages_variance", design, "svyvar(~income, des)", list(op = "variance", vars = "income"))
}
# R cannot take a domain of clusters under Overton or Hartley-Rao, but under Brewer it can.
for (design in c("brewer_clusters", "brewer_two_stages", "brewer_three_stages")) {
  case("pps_stages_by", design, "svyby(~income, ~kind+abroad, des, svymean)",
       list(op = "mean", vars = "income", by = c("kind", "abroad")))
  case("pps_stages_where", design, "svytotal(~hours, subset(des, kind=='owner'), na.rm=TRUE)",
       list(op = "total", vars = "hours", where = "kind=='owner'", na_rm = TRUE))
  case("pps_stages_deff", design, "svytotal(~persons, des, deff=TRUE)", list(op = "total", vars = "persons", deff = TRUE))
}
case("ultimate_cluster", "brewer_two_stages", "svymean(~income, des)",
     list(op = "mean", vars = "income", ultimate_cluster = TRUE), options = list(survey.ultimate.cluster = TRUE))
case("pps_deff", "brewer_strata", "svytotal(~jobs, des, deff='replace')", list(op = "total", vars = "jobs", deff = "replace"))
for (rule in c("remove", "certainty", "adjust", "average")) {
  setting <- list(survey.lonely.psu = rule)
  case("lonely_mean", "lonely", "svymean(~jobs+rent, des)", list(op = "mean", vars = c("jobs", "rent"), lonely = rule),
       options = setting)
  case("lonely_by", "lonely", "svyby(~jobs, ~coastal, des, svymean)",
       list(op = "mean", vars = "jobs", by = "coastal", lonely = rule), options = setting)
  if (rule == "adjust") next  # R survey 4.1-1 does not centre totals; 4.3 and later do
  case("lonely_total", "lonely", "svytotal(~jobs, des)", list(op = "total", vars = "jobs", lonely = rule), options = setting)
}
case("error_lonely", "lonely", "svymean(~jobs, des)", list(op = "mean", vars = "jobs", lonely = "fail"),
     options = list(survey.lonely.psu = "fail"))
case("error_stages", "overton_two_stages", "svymean(~income, des)", list(op = "mean", vars = "income"))
case("error_probability", "numbers", "svymean(~jobs, des)", list(op = "mean", vars = "jobs"))

writeLines(to_json(dictionary), file.path(HERE, "data", "unequal_dictionary.json"))
source_text <- sprintf("R survey %s, %s", packageVersion("survey"), R.version.string)
about <- list(source = source_text, script = "tests/reference/unequal_probability.R",
              data = "synthetic, made by tests/reference/unequal_probability.R")
writeLines(c(sub("}$", ",", to_json(about)), '"cases": [', paste(vapply(cases, to_json, ""), collapse = ",\n"), "]}"),
           file.path(HERE, "unequal_probability.json"))
cat(length(cases), "cases,", source_text, "\n")
