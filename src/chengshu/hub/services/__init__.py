"""What the public can apply for, and what they applied for: matters in force, applications, papers.

Here the catalogue of matters, forms and cases meet. The catalogue publishes a version of a matter; the portal and the
windows offer it; an application joins the applicant, the form, the materials and the case; papers are what leaves the
house. No scene is named.
"""
