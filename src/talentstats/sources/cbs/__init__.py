"""Tables of Statistics Netherlands (CBS), as its open-data interfaces OData v4 and v3 serve them."""
