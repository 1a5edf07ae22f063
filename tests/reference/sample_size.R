# Reference values for sample sizes and power, from R survey's design effects on the synthetic samples of reference.R.
#
#   Rscript tests/reference/sample_size.R        (from the project root; Debian: r-base-core r-cran-survey)
#
# writes sample_size.json. The formulas are those of Cochran (1977) and Kish (1965), written out; power is the normal
# probability, which `power.prop.test` and `power.t.test` give where their question is the same (checked below).

suppressPackageStartupMessages(library(survey))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
frames <- list(persons = read.csv(file.path(HERE, "data", "persons.csv"), stringsAsFactors = FALSE),
               stages = read.csv(file.path(HERE, "data", "stages.csv"), stringsAsFactors = FALSE))
designs <- list(
  clusters = list(key = "clusters", data = "persons",
    call = "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~n_psu, nest=TRUE, data=persons)",
    ids = "psu", strata = "stratum", weights = "weight", fpc = "n_psu", nest = TRUE),
  clusters_wr = list(key = "clusters_wr", data = "persons",
    call = "svydesign(id=~district, strata=~stratum, weights=~weight, data=persons)",
    ids = "district", strata = "stratum", weights = "weight"),
  two_stages = list(key = "two_stages", data = "stages", call = paste0("svydesign(id=~town+neighbourhood, ",
    "strata=~province, weights=~weight, fpc=~n_town+n_neighbourhood, data=stages)"),
    ids = c("town", "neighbourhood"), strata = "province", weights = "weight", fpc = c("n_town", "n_neighbourhood")))

# Estimate, variance of one person and design effect in each domain.
earlier <- function(des, variable, by) {
  levels <- sort(unique(as.character(des$variables[[by]])))
  found <- t(vapply(levels, function(level) {
    part <- des[des$variables[[by]] == level & !is.na(des$variables[[variable]]), ]
    mean <- svymean(as.formula(paste0("~", variable)), part, deff = TRUE)
    n <- nrow(part$variables); N <- sum(weights(part))
    effect <- as.numeric(deff(mean))
    c(mean = coef(mean)[[1]], effect = effect, person = SE(mean)[[1]]^2 / effect * n / (1 - n / N))
  }, numeric(3)))
  data.frame(found, row.names = levels)
}

cases <- list()
add <- function(key, variable, by, op, arguments, values, proportion = FALSE) {
  design <- designs[[key]]
  spec <- c(list(op = "sample_size", ask = op, vars = variable, by = by, proportion = proportion), arguments)
  cases[[length(cases) + 1]] <<- list(id = paste("sample_size", length(cases) + 1, op, sep = "-"), kind = "sample_size",
    data = paste0("data/", design$data, ".csv"), design = design, options = NULL, steps = NULL,
    call = paste0(op, "(", variable, " by ", by, ")"), spec = spec, values = values, tolerance = 1e-8)
}
number <- function(x, N) as_list(ceiling(x / (1 + x / N)))
plan <- function(key, variable, by, proportion = FALSE) {
  wave <- earlier(eval(parse(text = designs[[key]]$call), frames), variable, by)
  v <- wave$effect * wave$person
  N <- as.list(setNames(1000 * seq_len(nrow(wave)), rownames(wave)))
  sizes <- unlist(N)
  target <- if (proportion) 0.05 else 0.02 * abs(wave$mean[1])
  z <- qnorm(0.95)
  add(key, variable, by, "required", list(margin_of_error = target, conf_level = 0.9),
      list(n_srs = number(wave$person / (target / z)^2, Inf), n_required = number(v / (target / z)^2, Inf)), proportion)
  add(key, variable, by, "required", list(margin_of_error = target, population = N),
      list(n_srs = number(wave$person / (target / qnorm(0.975))^2, sizes),
           n_required = number(v / (target / qnorm(0.975))^2, sizes)), proportion)
  add(key, variable, by, "required", list(cv = 0.03, population = N),
      list(n_required = number(v / (0.03 * wave$mean)^2, sizes)), proportion)
  add(key, variable, by, "precision", list(n = 150, population = N),
      list(std_error = sqrt(v * (1 - 150 / sizes) / 150), margin_of_error = qnorm(0.975) * sqrt(v * (1 - 150 / sizes) / 150),
           cv = sqrt(v * (1 - 150 / sizes) / 150) / wave$mean), proportion)
  change <- if (proportion) -0.06 else 0.03 * wave$mean[1]
  for (panel in list(c(0, 0), c(0.6, 0.5), c(1, 0.8))) {
    p <- wave$mean; later <- p + change
    s1 <- sqrt(wave$person); s2 <- if (proportion) s1 * sqrt(later * (1 - later) / (p * (1 - p))) else s1
    n1 <- 400; n2 <- 300
    se <- sqrt(wave$effect * (s1^2 / n1 + s2^2 / n2 - 2 * panel[1] * n2 * panel[2] * s1 * s2 / (n1 * n2)))
    power <- pnorm(abs(change) / se - qnorm(0.975)) + pnorm(-abs(change) / se - qnorm(0.975))
    arguments <- list(change = change, n_first = n1, n_second = n2, overlap = panel[1], correlation = panel[2])
    add(key, variable, by, "power", arguments, list(std_error = se, power = power), proportion)
    one <- wave$effect * (s1^2 + s2^2 - 2 * panel[1] * panel[2] * s1 * s2)
    add(key, variable, by, "required_for_change", c(arguments[c("change", "overlap", "correlation")],
        list(power = 0.9, alternative = "one-sided")),
        list(n_required = as_list(ceiling((qnorm(0.95) + qnorm(0.9))^2 * one / change^2))), proportion)
  }
}
plan("clusters", "income", "region")
plan("clusters", "rent", "role")
plan("clusters_wr", "satisfied", "role", proportion = TRUE)
plan("two_stages", "spending", "kind")

# The same question as R's own: two independent simple random samples, a spread that is known.
normal_power <- pnorm(100 / sqrt(2 * 550^2 / 500) - qnorm(0.975)) + pnorm(-100 / sqrt(2 * 550^2 / 500) - qnorm(0.975))
stopifnot(abs(normal_power - power.t.test(n = 500, delta = 100, sd = 550, strict = TRUE)$power) < 1e-3)

about <- paste0("R survey ", packageVersion("survey"), ", ", R.version.string)
writeLines(c("{", paste0('"source": ', quoted(about), ","), '"script": "tests/reference/sample_size.R",',
             '"data": "synthetic, made by tests/reference/synthetic.R",', '"cases": [',
             paste(vapply(cases, to_json, ""), collapse = ",\n"), "]", "}"), file.path(HERE, "sample_size.json"))
cat(length(cases), "cases\n")
