/* What people have pasted, for the tests in C and C++. Signed by OpenSSL with tests/data/test-only-private.pem, and good at
 * MOMENT, 2026-11-21T09:17:25Z. */
#ifndef PASTED_H
#define PASTED_H

/* Of the CreateParticipantToken API, healthy at MOMENT. */
#define KMS_TOKEN \
    "eyJhbGciOiJLTVMiLCJ0eXAiOiJKV1QifQ.eyJleHAiOjE3OTUyNTYyNDUsImlhdCI6MTc5NTI1MjY0NSwianRpIjoiYW5hLTEiL" \
    "CJ1c2VyX2lkIjoiYW5hIiwicmVzb3VyY2UiOiJhcm46YXdzOml2czp1cy13ZXN0LTI6MTIzNDU2Nzg5MDEyOnN0YWdlL29SbUxOd" \
    "3VDZU1sUSIsInRvcGljIjoib1JtTE53dUNlTWxRIiwiZXZlbnRzX3VybCI6IndzczovL2dsb2JhbC5ldmVudHMubGl2ZS12aWRlb" \
    "y5uZXQiLCJ3aGlwX3VybCI6Imh0dHBzOi8vNDUzZmRmZDJhZDI0ZGYuZ2xvYmFsLWJtLndoaXAubGl2ZS12aWRlby5uZXQiLCJjY" \
    "XBhYmlsaXRpZXMiOnsiYWxsb3dfcHVibGlzaCI6dHJ1ZSwiYWxsb3dfc3Vic2NyaWJlIjp0cnVlfSwidmVyc2lvbiI6IjEuMCJ9." \
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BBQkNERUZHSElK" \
    "S0xNTk9QUVJTVFVWV1hZWltcXV5f"

/* `user_id` in raw UTF-8, which the web client garbles. */
#define RAW_TOKEN \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImFybjphd3M6aXZzOnVzLXdlc3QtMjoxMjM0NTY3ODkwMTI6cHVibGlj" \
    "LWtleS9mOTljZGU2MS1jMmIwLTRkZjMtODk0MS1jYTdkMzhhY2NhMWEifQ.eyJleHAiOjE3OTUyNTYyNDUsImlhdCI6MTc5NTI1M" \
    "jY0NSwianRpIjoiYW5hLTEiLCJ1c2VyX2lkIjoiSm9zw6kiLCJyZXNvdXJjZSI6ImFybjphd3M6aXZzOnVzLXdlc3QtMjoxMjM0N" \
    "TY3ODkwMTI6c3RhZ2Uvb1JtTE53dUNlTWxRIiwidG9waWMiOiJvUm1MTnd1Q2VNbFEiLCJldmVudHNfdXJsIjoid3NzOi8vZ2xvY" \
    "mFsLmV2ZW50cy5saXZlLXZpZGVvLm5ldCIsIndoaXBfdXJsIjoiaHR0cHM6Ly80NTNmZGZkMmFkMjRkZi5nbG9iYWwtYm0ud2hpc" \
    "C5saXZlLXZpZGVvLm5ldCIsImNhcGFiaWxpdGllcyI6eyJhbGxvd19wdWJsaXNoIjp0cnVlLCJhbGxvd19zdWJzY3JpYmUiOnRyd" \
    "WV9LCJ2ZXJzaW9uIjoiMS4wIn0.FtksNuKOguNFSDYACyVmSrnzSVCsOsqO4XLIaQPcxN-yQL6X33QUXpAbsDCrarkFmsHfKdbl8" \
    "M80nKtuu1sck8o4uTFQLWJrennhhq_XKA7_VoyHgYd_QhhqD1gCILOu"

/* Capabilities by names that the service does not know. */
#define GRANTS_NOTHING_TOKEN \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImFybjphd3M6aXZzOnVzLXdlc3QtMjoxMjM0NTY3ODkwMTI6cHVibGlj" \
    "LWtleS9mOTljZGU2MS1jMmIwLTRkZjMtODk0MS1jYTdkMzhhY2NhMWEifQ.eyJleHAiOjE3OTUyNTYyNDUsImlhdCI6MTc5NTI1M" \
    "jY0NSwianRpIjoiYW5hLTEiLCJ1c2VyX2lkIjoiYW5hIiwicmVzb3VyY2UiOiJhcm46YXdzOml2czp1cy13ZXN0LTI6MTIzNDU2N" \
    "zg5MDEyOnN0YWdlL29SbUxOd3VDZU1sUSIsInRvcGljIjoib1JtTE53dUNlTWxRIiwiZXZlbnRzX3VybCI6IndzczovL2dsb2Jhb" \
    "C5ldmVudHMubGl2ZS12aWRlby5uZXQiLCJ3aGlwX3VybCI6Imh0dHBzOi8vNDUzZmRmZDJhZDI0ZGYuZ2xvYmFsLWJtLndoaXAub" \
    "Gl2ZS12aWRlby5uZXQiLCJjYXBhYmlsaXRpZXMiOnsiYWxsb3dQdWJsaXNoIjp0cnVlfSwidmVyc2lvbiI6IjEuMCJ9.fvXtbYZR" \
    "DCsNaMXS9ZApTXG_vN3mEPiz39CaeNqosUlzwHgRlOrmfUb047AU7s64Gvt-tldTQFlV54Otji0IixvOftXfGRLd4AALjhaKWMiu" \
    "4r5VDezDi62iPYgiptcu"

/* `whip_url` with a slash at its end. */
#define SLASH_TOKEN \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImFybjphd3M6aXZzOnVzLXdlc3QtMjoxMjM0NTY3ODkwMTI6cHVibGlj" \
    "LWtleS9mOTljZGU2MS1jMmIwLTRkZjMtODk0MS1jYTdkMzhhY2NhMWEifQ.eyJleHAiOjE3OTUyNTYyNDUsImlhdCI6MTc5NTI1M" \
    "jY0NSwianRpIjoiYW5hLTEiLCJ1c2VyX2lkIjoiYW5hIiwicmVzb3VyY2UiOiJhcm46YXdzOml2czp1cy13ZXN0LTI6MTIzNDU2N" \
    "zg5MDEyOnN0YWdlL29SbUxOd3VDZU1sUSIsInRvcGljIjoib1JtTE53dUNlTWxRIiwiZXZlbnRzX3VybCI6IndzczovL2dsb2Jhb" \
    "C5ldmVudHMubGl2ZS12aWRlby5uZXQiLCJ3aGlwX3VybCI6Imh0dHBzOi8vNDUzZmRmZDJhZDI0ZGYuZ2xvYmFsLWJtLndoaXAub" \
    "Gl2ZS12aWRlby5uZXQvIiwiY2FwYWJpbGl0aWVzIjp7ImFsbG93X3B1Ymxpc2giOnRydWUsImFsbG93X3N1YnNjcmliZSI6dHJ1Z" \
    "X0sInZlcnNpb24iOiIxLjAifQ.1xnQDpDr4NZyEeR9QDWRLkJ1thY-yYO9KfS2Mvm-NSUVmO-NJP8EfQngwyPcZz7SUELVzG-tk3" \
    "s-YxuKE7S53RZegvJFMoJG5XGLIWMnpp2mc6W0sOqDUd3PMPQdEJgS"

/* `topic` of 60 characters, whole in what is said of it or marked as cut. */
#define LONG_TOPIC_TOKEN \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImFybjphd3M6aXZzOnVzLXdlc3QtMjoxMjM0NTY3ODkwMTI6cHVibGlj" \
    "LWtleS9mOTljZGU2MS1jMmIwLTRkZjMtODk0MS1jYTdkMzhhY2NhMWEifQ.eyJleHAiOjE3OTUyNTYyNDUsImlhdCI6MTc5NTI1M" \
    "jY0NSwianRpIjoiYW5hLTEiLCJ1c2VyX2lkIjoiYW5hIiwicmVzb3VyY2UiOiJhcm46YXdzOml2czp1cy13ZXN0LTI6MTIzNDU2N" \
    "zg5MDEyOnN0YWdlL29SbUxOd3VDZU1sUSIsInRvcGljIjoieHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4e" \
    "Hh4eHh4eHh4eHh4eHh4eHh4eHh4IiwiZXZlbnRzX3VybCI6IndzczovL2dsb2JhbC5ldmVudHMubGl2ZS12aWRlby5uZXQiLCJ3a" \
    "GlwX3VybCI6Imh0dHBzOi8vNDUzZmRmZDJhZDI0ZGYuZ2xvYmFsLWJtLndoaXAubGl2ZS12aWRlby5uZXQiLCJjYXBhYmlsaXRpZ" \
    "XMiOnsiYWxsb3dfcHVibGlzaCI6dHJ1ZSwiYWxsb3dfc3Vic2NyaWJlIjp0cnVlfSwidmVyc2lvbiI6IjEuMCJ9.k1wVy61FkyRV" \
    "XGkgPJuJp-ANg5B4XITuSmUW7NTlk_btJBUPMbQOiWEpKgHoV0Hil68MRlIECGPTSNAb-RNd_YpOg05fgavjWRHGahbmJx9IPMHg" \
    "B-uWEr1bBOHShtY0"

/* Its `kid` is the ID of a key pair. */
#define PLAYBACK_TOKEN_OF_AN_ID \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImFiY2RBQkNEZWZnaCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXd" \
    "zOml2czp1cy13ZXN0LTI6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG9" \
    "3LW9yaWdpbiI6Imh0dHBzOi8vZXhhbXBsZS5jb20iLCJleHAiOjE3OTUyNTI5NDV9.6PNd9qWeLqGvYvHyc09d_1RXXos1CiO2Z-" \
    "uBbiv9YXf_JdbYsUGPkdkx0Yd35wlDFjDbA-mxQfvjE1xK3qKVaBPiRD_bLsBN6e2BCWkKtBMads9UXW5JSxE2iKlytcPe"

/* A session version without a viewer. */
#define PLAYBACK_TOKEN_OF_A_SESSION \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czp1cy13ZXN0LTI6MTIzNDU" \
    "2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWdpbiI6Imh0dHBzOi8vZXh" \
    "hbXBsZS5jb20iLCJleHAiOjE3OTUyNTI5NDUsImF3czp2aWV3ZXItc2Vzc2lvbi12ZXJzaW9uIjozfQ.yk4T6MM99wUrAq3DlwVQ" \
    "XTks-3ddfFS3q8LjqZo0NN5YyZfm8ZHSvALWj9J4_aBvxQWCMB7XuImu6kCuvUQKP0SapGO-8AEhDrEpRxNHg2ZTfbKo0g0oKD0U" \
    "1pNiOoNP"

/* The origin of an app. */
#define PLAYBACK_TOKEN_OF_AN_APP \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czp1cy13ZXN0LTI6MTIzNDU" \
    "2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWdpbiI6ImNhcGFjaXRvcjo" \
    "vL2xvY2FsaG9zdCIsImV4cCI6MTc5NTI1Mjk0NX0.Y4Yf0rBdgvZ7JfqRDO8_6WIKJBaJN6DD_g4Qq4AkogrxN7_60luiEeYn3au" \
    "XRODFf-RiM0yhUrFC8ayVugKEEwAgJyw97OjcClL-vVc4MiEJjM7NTDG76Oy4T5Mgf7qo"

/* The test key, which is in no other use, and its public half, to stand beside it as in a bundle. */
#define PRIVATE_PEM \
    "-----BEGIN EC PRIVATE KEY-----\n" \
    "MIGkAgEBBDDaTZ+PolK6eh7+wtRbLDawtNsM8PPxWjflaPMEBUU7c0C6nSKq+FFl\n" \
    "5yED5+aVvi+gBwYFK4EEACKhZANiAASPshtVe86JHwWVy3sEQPsGA1+Fa5ICEFJO\n" \
    "f2iwcUa8x3QFG3plOEWf5iI4Drvf6GQat0CTFdSwjplRuy017FmOsiTryaLbEZZG\n" \
    "ok6JRqqfXV68Jkm8WKUZYtpbbjh7LSg=\n" \
    "-----END EC PRIVATE KEY-----\n"
#define PUBLIC_PEM \
    "-----BEGIN PUBLIC KEY-----\n" \
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEj7IbVXvOiR8Flct7BED7BgNfhWuSAhBS\n" \
    "Tn9osHFGvMd0BRt6ZThFn+YiOA673+hkGrdAkxXUsI6ZUbstNexZjrIk68mi2xGW\n" \
    "RqJOiUaqn11evCZJvFilGWLaW244ey0o\n" \
    "-----END PUBLIC KEY-----\n"

/* What a secret store prints: the PEM in JSON in JSON. */
#define SECRET \
    "{\"ARN\": \"arn:aws:secretsmanager:x\", \"SecretString\": \"{\\\"privateKey\\\": \\\"-----BEGIN EC PRIVATE KEY---" \
    "--\\\\nMIGkAgEBBDDaTZ+PolK6eh7+wtRbLDawtNsM8PPxWjflaPMEBUU7c0C6nSKq+FFl\\\\n5yED5+aVvi+gBwYFK4EEACKhZANi" \
    "AASPshtVe86JHwWVy3sEQPsGA1+Fa5ICEFJO\\\\nf2iwcUa8x3QFG3plOEWf5iI4Drvf6GQat0CTFdSwjplRuy017FmOsiTryaLbE" \
    "ZZG\\\\nok6JRqqfXV68Jkm8WKUZYtpbbjh7LSg=\\\\n-----END EC PRIVATE KEY-----\\\\n\\\"}\"}"

/* The public half as OpenSSH writes it. */
#define OPENSSH_LINE \
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBI+yG1V7zokfBZXLewRA+wYDX4Vr" \
    "kgIQUk5/aLBxRrzHdAUbemU4RZ/mIjgOu9/oZBq3QJMV1LCOmVG7LTXsWY6yJOvJotsRlkaiTolGqp9dXrwmSbxYpRli2ltuOHst" \
    "KA== ana@laptop"

/* The profile of the AWS command says `output = yaml`. */
#define STAGE_YAML \
    "stage:\n" \
    "  arn: arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ\n" \
    "  endpoints:\n" \
    "    whip: https://453fdfd2ad24df.global-bm.whip.live-video.net\n"

#endif
