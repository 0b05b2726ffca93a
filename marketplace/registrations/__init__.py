"""Registration of technology contracts (认定登记), and of the assignment of patents: applications, certificates, A2 and A3."""
