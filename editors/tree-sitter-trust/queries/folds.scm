[(framework) (enum) (scale) (fields) (catalog) (block) (test) (match) (record_literal)] @fold
