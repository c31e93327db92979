request diagnostics
--- policy.trust
framework yearly {
    title     "Looked at every year"
    version   "1.0.0"
    authority "https://trust.example.org"
    effective 2024-01-01
    review    every 365d reviewed 2025-01-10
}
