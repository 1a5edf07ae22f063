# R survey's part of beside_others.py: the same estimates from the same files, timed and written.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
ys <- paste0("y", 0:9)
formula <- reformulate(ys)
people <- read.csv(file.path(folder, "sample.csv"))

write_estimates <- function(case, seconds, domain, estimate, std_error) {
  result <- data.frame(
    domain = rep(domain, times = length(ys)), variable = rep(ys, each = length(domain)),
    estimate = as.vector(estimate), std_error = as.vector(as.matrix(std_error)), seconds = seconds
  )
  result[3:5] <- lapply(result[3:5], format, digits = 17, trim = TRUE)
  write.csv(result, file.path(folder, paste0("r_", case, ".csv")), row.names = FALSE, quote = FALSE)
}

design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = people)
seconds <- system.time(
  means <- svyby(formula, ~domain, design, svymean, vartype = c("se", "ci"), deff = TRUE)
)[["elapsed"]]
write_estimates("domains", seconds, means$domain, coef(means), SE(means))
seconds <- system.time(
  means <- svyby(formula, ~domain, design, svymean, vartype = c("se", "ci"))
)[["elapsed"]]
write_estimates("plain", seconds, means$domain, coef(means), SE(means))

factors <- as.matrix(read.csv(file.path(folder, "factors.csv")))
rule <- read.csv(file.path(folder, "rule.csv"))
replicated <- svrepdesign(
  data = people, weights = ~w, repweights = factors[people$psu + 1, ], type = "other", scale = 1,
  rscales = rule$coefficient, combined.weights = FALSE, mse = FALSE, degf = 1900
)
seconds <- system.time(means <- svymean(formula, replicated))[["elapsed"]]
write_estimates("replicates", seconds, 0, coef(means), SE(means))

margins <- read.csv(file.path(folder, "margins.csv"))
names_of_margins <- unique(margins$margin)
people[names_of_margins] <- lapply(people[names_of_margins], factor)
counts <- lapply(names_of_margins, function(name) {
  one <- margins[margins$margin == name, ]
  setNames(data.frame(factor(one$level), one$total), c(name, "Freq"))
})
formulas <- lapply(names_of_margins, reformulate)
exact <- list(maxit = 500, epsilon = 1e-13)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = people)
seconds <- system.time(means <- svymean(formula, rake(design, formulas, counts, control = exact)))[["elapsed"]]
write_estimates("raking", seconds, 0, coef(means), SE(means))

totals <- read.csv(file.path(folder, "totals.csv"))
auxiliaries <- reformulate(c(names_of_margins, totals$variable))
population <- c("(Intercept)" = sum(counts[[1]]$Freq))
for (one in counts) population <- c(population, setNames(one$Freq[-1], paste0(names(one)[1], one[[1]][-1])))
population <- c(population, setNames(totals$total, totals$variable))
seconds <- system.time(means <- svymean(formula, calibrate(design, auxiliaries, population)))[["elapsed"]]
write_estimates("calibration", seconds, 0, coef(means), SE(means))

seconds <- system.time(medians <- svyquantile(formula, design, 0.5))[["elapsed"]]
write_estimates("medians", seconds, 0, coef(medians), SE(medians))
