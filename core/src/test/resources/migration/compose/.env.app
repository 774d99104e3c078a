SMTP_HOST=mail.example.com
SMTP_USER=guests
