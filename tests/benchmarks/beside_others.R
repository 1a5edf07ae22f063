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
