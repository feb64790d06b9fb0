"""Details of cost as a workbook: in, with a preview of every row, and out."""
